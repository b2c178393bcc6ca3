#include "commands.h"
#include "output.h"
#include "porthole/client/cloudstack_key.h"
#include "porthole/client/key_material.h"

#include <memory>
#include <utility>

namespace porthole::cli {
namespace {

using client::KeyMaterial;

struct PutOptions {
  std::string key_id;
  std::string profile = "jwe";
  std::string material_file;
  bool generate = false;
  std::string save_file;
  std::string key_file;
  std::string iv_file;
  std::string hash_key_file;
  client::CloudStackRules rules;

  bool OfCloudStack() const { return profile == "cloudstack"; }
};

absl::StatusOr<KeyMaterial> MaterialOf(const PutOptions& options) {
  if (!options.generate) {
    return KeyMaterial::ReadFile(options.material_file);
  }
  const KeyMaterial material = KeyMaterial::Generate();
  const absl::Status saved = material.SaveNewFile(options.save_file);
  return saved.ok() ? absl::StatusOr<KeyMaterial>(material) : absl::StatusOr<KeyMaterial>(saved);
}

absl::Status CheckJweOptions(const PutOptions& options) {
  if (options.generate == !options.material_file.empty()) {
    return WrongUsage("keys put: give --material-file FILE, or --generate with --save FILE");
  }
  if (options.generate == options.save_file.empty()) {
    return WrongUsage("keys put: --generate and --save FILE belong together");
  }
  const client::CloudStackRules& rules = options.rules;
  if (!(options.key_file + options.iv_file + options.hash_key_file).empty() ||
      rules.check_source_address || rules.allow_legacy_cbc || !rules.extra_origins.empty()) {
    return WrongUsage("keys put: CloudStack's options go with --profile cloudstack");
  }
  return absl::OkStatus();
}

absl::Status CheckCloudStackOptions(const PutOptions& options) {
  if (options.generate || !options.material_file.empty() || !options.save_file.empty()) {
    return WrongUsage(
        "keys put: with --profile cloudstack the keys are CloudStack's: no --generate, --save or "
        "--material-file");
  }
  if (options.key_file.empty() || options.iv_file.empty() || options.hash_key_file.empty()) {
    return WrongUsage(
        "keys put: --profile cloudstack needs --key-file, --iv-file and --hash-key-file");
  }
  return absl::OkStatus();
}

absl::Status CheckOptions(const PutOptions& options) {
  if (options.OfCloudStack()) {
    return CheckCloudStackOptions(options);
  }
  return options.profile == "jwe" ? CheckJweOptions(options)
                                  : WrongUsage("keys put: --profile is jwe or cloudstack");
}

absl::StatusOr<client::v1::TokenKey> PutJwe(client::Client& client,
                                            const Context& context,
                                            const PutOptions& options) {
  const absl::StatusOr<KeyMaterial> material = MaterialOf(options);
  if (!material.ok()) {
    return material.status();
  }
  absl::StatusOr<client::v1::TokenKey> key = client.PutTokenKey(options.key_id, *material);
  if (!key.ok() && options.generate) {
    context.streams.err << "The new key is in " << options.save_file
                        << "; try again with --material-file " << options.save_file << '\n';
  }
  return key;
}

absl::StatusOr<client::v1::TokenKey> PutCloudStack(client::Client& client,
                                                   const PutOptions& options) {
  const absl::StatusOr<client::CloudStackKey> key =
      client::CloudStackKey::ReadFiles(options.key_file, options.iv_file, options.hash_key_file);
  return key.ok() ? client.PutTokenKey(options.key_id, *key, options.rules)
                  : absl::StatusOr<client::v1::TokenKey>(key.status());
}

absl::Status Put(const Context& context, const PutOptions& options) {
  if (absl::Status good = CheckOptions(options); !good.ok()) {
    return good;
  }
  absl::StatusOr<client::Client> client = context.Connect();
  if (!client.ok()) {
    return client.status();
  }
  const absl::StatusOr<client::v1::TokenKey> key =
      options.OfCloudStack() ? PutCloudStack(*client, options) : PutJwe(*client, context, options);
  if (!key.ok()) {
    return key.status();
  }
  if (context.WantsJson()) {
    return context.WriteJson(*key);
  }
  WriteKeys(context, {*key});
  return absl::OkStatus();
}

absl::Status List(const Context& context) {
  absl::StatusOr<client::Client> client = context.Connect();
  if (!client.ok()) {
    return client.status();
  }
  absl::StatusOr<std::vector<client::v1::TokenKey>> keys = client->ListTokenKeys();
  if (!keys.ok()) {
    return keys.status();
  }
  if (context.WantsJson()) {
    client::v1::ListTokenKeysResponse all;
    all.mutable_token_keys()->Assign(keys->begin(), keys->end());
    return context.WriteJson(all);
  }
  WriteKeys(context, *keys);
  return absl::OkStatus();
}

absl::Status Delete(const Context& context, const client::v1::DeleteTokenKeyRequest& request) {
  absl::StatusOr<client::Client> client = context.Connect();
  if (!client.ok()) {
    return client.status();
  }
  const absl::StatusOr<client::v1::DeleteTokenKeyResponse> deleted =
      client->DeleteTokenKey(request);
  if (!deleted.ok()) {
    return deleted.status();
  }
  if (context.WantsJson()) {
    return context.WriteJson(*deleted);
  }
  context.streams.out << "Deleted " << request.key_id() << ", ended " << deleted->ended_count()
                      << " sessions.\n";
  for (const std::string& id : deleted->ending_session_ids()) {
    context.streams.out << "Still ending: " << id << '\n';
  }
  return absl::OkStatus();
}

void AddCloudStackOptions(CLI::App& put, PutOptions& options) {
  put.add_option("--profile", options.profile,
                 "jwe (Porthole's own tokens; the default) or cloudstack")
      ->type_name("NAME");
  put.add_option("--key-file", options.key_file, "CloudStack's security.encryption.key")
      ->type_name("FILE");
  put.add_option("--iv-file", options.iv_file, "CloudStack's security.encryption.iv")
      ->type_name("FILE");
  put.add_option("--hash-key-file", options.hash_key_file, "CloudStack's security.hash.key")
      ->type_name("FILE");
  put.add_flag("--check-source-address", options.rules.check_source_address,
               "CloudStack: only from the address that asked for the link");
  put.add_option("--extra-origin", options.rules.extra_origins,
                 "CloudStack: another page's origin that may open its consoles")
      ->type_name("ORIGIN");
  put.add_flag("--allow-legacy-cbc", options.rules.allow_legacy_cbc,
               "CloudStack: also links of releases before 4.18.1");
}

void AddPut(CLI::App& keys, Context& context) {
  const auto options = std::make_shared<PutOptions>();
  CLI::App* const put = keys.add_subcommand("put", "Give the node a key; again is harmless");
  put->add_option("ID", options->key_id, "The name that tokens carry as kid")->required();
  put->add_option("--material-file", options->material_file,
                  "File with the 32 bytes as base64url text")
      ->type_name("FILE");
  put->add_flag("--generate", options->generate, "Make a new key");
  put->add_option("--save", options->save_file, "With --generate: new file for the key (0600)")
      ->type_name("FILE");
  AddCloudStackOptions(*put, *options);
  put->callback([options, &context] {
    context.command = [options, &context] { return Put(context, *options); };
  });
}

void AddDelete(CLI::App& keys, Context& context) {
  struct Options {
    std::string key_id;
    bool end_sessions = false;
    std::string reason;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const remove = keys.add_subcommand("delete", "Take a key away: its links open nothing");
  remove->add_option("ID", options->key_id, "The key")->required();
  remove->add_flag("--end-sessions", options->end_sessions, "End the sessions that it opened");
  remove->add_option("--reason", options->reason, "With --end-sessions: what the people are told");
  remove->callback([options, &context] {
    context.command = [options, &context] {
      client::v1::DeleteTokenKeyRequest request;
      request.set_key_id(options->key_id);
      request.set_end_sessions(options->end_sessions);
      request.set_reason(options->reason);
      return Delete(context, request);
    };
  });
}

}  // namespace

void AddKeyCommands(CLI::App& app, Context& context) {
  CLI::App* const keys = app.add_subcommand("keys", "The keys that open console links");
  keys->require_subcommand(0, 1);
  AddPut(*keys, context);
  keys->add_subcommand("list", "All keys, without their material")->callback([&context] {
    context.command = [&context] { return List(context); };
  });
  AddDelete(*keys, context);
}

}  // namespace porthole::cli
