// The kinds of objects in deploy/k8s, as schemas are made of them.
export type {ConfigMap, Namespace, Service, ServiceAccount} from 'kubernetes-types/core/v1';
export type {StatefulSet} from 'kubernetes-types/apps/v1';
export type {Ingress, NetworkPolicy} from 'kubernetes-types/networking/v1';
export type {PodDisruptionBudget} from 'kubernetes-types/policy/v1';
export type {HorizontalPodAutoscaler} from 'kubernetes-types/autoscaling/v2';
export type {
  ICertificate as Certificate,
} from '@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate';
export type {
  IServiceMonitor as ServiceMonitor,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
