"""deploy/k8s as a cluster would take it: rendered by Debian's old kubectl and a current one, held
against schemas that know every field, and checked for what schemas do not say."""

import copy
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest
import yaml

TOP = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))

from harness.certificates import Authority  # noqa: E402
from harness.node import PORTHOLE, write_pages  # noqa: E402

K8S = TOP / "deploy" / "k8s"
KUBECTLS = [TOP / "build/packages/kubectl-1.20/usr/bin/kubectl",
            TOP / "build/packages/kubectl-1.35/kubectl"]
PLACES = ["base", "overlays/fleet", "overlays/sidecar", "overlays/operators"]
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def rendered(place, kubectl=KUBECTLS[-1]):
    done = subprocess.run([kubectl, "kustomize", K8S / place], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]


@pytest.fixture(scope="module", params=PLACES)
def objects(request):
    return rendered(request.param)


def faults(objects):
    done = subprocess.run(["node", os.environ["K8S_VALIDATE"], os.environ["K8S_SCHEMA"]],
                          input=json.dumps(objects), capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode in (0, 1) and not done.stderr, done.stderr
    assert (done.returncode == 0) == (done.stdout == "")
    return done.stdout


def the(objects, kind, name="porthole"):
    found = [one for one in objects
             if one["kind"] == kind and re.fullmatch(rf"{name}(-[a-z0-9]{{10}})?",
                                                     one["metadata"]["name"])]
    assert len(found) == 1, f"{len(found)} {kind} {name}"
    return found[0]


def pod(objects):
    return the(objects, "StatefulSet")["spec"]["template"]["spec"]


def porthole(objects):
    return next(one for one in pod(objects)["containers"] if one["name"] == "porthole")


def settings(objects):
    return yaml.safe_load(the(objects, "ConfigMap")["data"]["config.yaml"])


def duration(text):
    number, unit = re.fullmatch(r"(\d+)([a-z]+)", text).groups()
    return int(number) * SECONDS[unit]


@pytest.mark.parametrize("place", PLACES)
def test_old_and_new_kubectl_render_the_same(place):
    def by_name(kubectl):
        objects = rendered(place, kubectl)
        # Each has its own way to make the hash of a ConfigMap.
        generated = the(objects, "ConfigMap")["metadata"]["name"]
        objects = json.loads(json.dumps(objects).replace(generated, "porthole-generated"))
        for one in objects:
            one["metadata"] = {key: value for key, value in one["metadata"].items() if value != {}}
        return {(one["kind"], one["metadata"]["name"]): one for one in objects}

    old, new = map(by_name, KUBECTLS)

    assert old.keys() == new.keys()
    for name, its in old.items():
        assert its == new[name]


def test_every_field_is_one_that_kubernetes_knows(objects):
    assert faults(objects) == ""


# Where a letter is changed, and the word that must be complained about.
@pytest.mark.parametrize("kind, path, right", [
    ("StatefulSet", "spec", "terminationGracePeriodSeconds"),
    ("StatefulSet", "containers", "ports"),
    ("StatefulSet", "securityContext", "runAsNonRoot"),
    ("Service", "spec", "publishNotReadyAddresses"),
    ("NetworkPolicy", "spec", "policyTypes"),
    ("PodDisruptionBudget", "spec", "maxUnavailable"),
    ("Ingress", "spec", "ingressClassName"),
    ("HorizontalPodAutoscaler", "scaleDown", "selectPolicy"),
    ("Certificate", "spec", "dnsNames"),
    ("ServiceMonitor", "spec", "endpoints"),
    ("ConfigMap", "", "data"),
])
def test_a_misspelt_field_is_found(kind, path, right):
    good = [one for one in rendered("overlays/operators") if one["kind"] == kind]
    bad = copy.deepcopy(good)

    def misspell(value, key=""):
        if isinstance(value, list):
            return [misspell(one, key) for one in value]
        if not isinstance(value, dict):
            return value
        changed = {name: misspell(one, name) for name, one in value.items()}
        if key == path and right in changed:
            changed[right + "x"] = changed.pop(right)
        return changed

    assert bad and faults(bad) == ""
    assert f"{right}x" in faults([misspell(one) for one in bad])


def test_a_wrong_value_and_an_unknown_kind_are_found():
    objects = rendered("overlays/fleet")
    the(objects, "StatefulSet")["spec"]["replicas"] = "three"
    the(objects, "Ingress")["kind"] = "Ingres"

    found = faults(objects)

    assert "/spec/replicas" in found and "Ingres porthole: a kind without" in found


def test_the_configuration_is_good(objects, tmp_path):
    text = the(objects, "ConfigMap")["data"]["config.yaml"]
    certificate, key = Authority(tmp_path).issue("tls")
    pages = write_pages(tmp_path / "viewer")
    text = re.sub(r"/etc/\S*tls.crt", str(certificate), re.sub(r"/etc/\S*tls.key", str(key), text))
    file = tmp_path / "config.yaml"
    file.write_text(f"{text}viewer: {{directory: {pages}}}\n")

    done = subprocess.run([PORTHOLE, "--check-config", file], capture_output=True, text=True,
                          timeout=60, check=False)

    assert done.returncode == 0, done.stderr


def test_the_files_that_the_configuration_names_are_mounted(objects):
    mounts = {one["mountPath"]: one["name"] for one in porthole(objects)["volumeMounts"]}
    volumes = {one["name"] for one in pod(objects)["volumes"]}
    claims = the(objects, "StatefulSet")["spec"]["volumeClaimTemplates"]
    volumes |= {one["metadata"]["name"] for one in claims}

    assert set(mounts.values()) <= volumes
    named = re.findall(r"(/(?:etc|run|var)/\S+)", the(objects, "ConfigMap")["data"]["config.yaml"])
    named.append(porthole(objects)["args"][-1])
    for path in named:
        assert any(path.startswith(mount + "/") for mount in mounts), f"{path} is not mounted"
    assert not any("subPath" in one for one in porthole(objects)["volumeMounts"])


def test_a_pod_has_the_time_that_its_people_were_promised(objects):
    shutdown = settings(objects)["shutdown"]

    promised = duration(shutdown["delay"]) + duration(shutdown["grace"]) + 15

    assert pod(objects)["terminationGracePeriodSeconds"] == promised
    assert "lifecycle" not in porthole(objects)


def test_pods_are_restricted(objects):
    assert pod(objects)["securityContext"]["runAsNonRoot"] is True
    assert pod(objects)["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod(objects)["automountServiceAccountToken"] is False
    for container in pod(objects)["containers"]:
        assert container["securityContext"].items() >= {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]}}.items()


def test_ports_lead_from_services_and_policies_to_the_container(objects):
    ports = {one["name"]: one["containerPort"] for one in porthole(objects)["ports"]}
    configured = {"public": 8443, "admin": 9091}
    if "tcp" in settings(objects)["control"]:
        configured["control"] = 9443

    assert ports == configured
    rules = the(objects, "NetworkPolicy")["spec"]["ingress"]
    heard = {rule["ports"][0]["port"]: "from" in rule for rule in rules}
    assert heard == {name: name != "public" for name in ports}
    for service in [one for one in objects if one["kind"] == "Service"]:
        assert {one["targetPort"] for one in service["spec"]["ports"]} <= set(ports)
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert porthole(objects)[probe]["httpGet"]["port"] in ports
    assert the(objects, "Service", "porthole-control")["spec"]["publishNotReadyAddresses"] is True


def test_selectors_select_the_pods(objects):
    labels = the(objects, "StatefulSet")["spec"]["template"]["metadata"]["labels"]

    selectors = [one["spec"]["selector"] for one in objects if one["kind"] == "Service"]
    selectors += [one["spec"]["selector"]["matchLabels"] for one in objects
                  if one["kind"] in ("StatefulSet", "PodDisruptionBudget", "ServiceMonitor")]
    selectors.append(the(objects, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"])

    for selector in selectors:
        assert selector.items() <= labels.items()


def test_secrets_of_the_operators_are_those_that_the_pods_mount():
    objects = rendered("overlays/operators")
    mounted = {one["secret"]["secretName"] for one in pod(objects)["volumes"] if "secret" in one}

    made = {one["spec"]["secretName"] for one in objects if one["kind"] == "Certificate"}

    assert made | {"porthole-key-encryption-key"} == mounted
