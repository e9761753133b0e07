/** Tells the package managers inside a sandbox that their registries are mirrors of the gateway, without a change to the repository. */
import { getCACertificates } from "node:tls";
import type { Registry } from "./gateway.ts";
import { isIntercepted } from "./mirror-hosts.ts";
import type { ConfiguredRegistry } from "./registries.ts";
import { gradleScript, mavenSettings, type Mirrored } from "./registry-jvm.ts";

const AUTHORITY = ".gza/authority.pem";
const AUTHORITIES = ".gza/authorities.pem";

export interface RegistryEnvironment {
  env: Record<string, string>;
  /** Texts by their path in the scratch home. */
  files: Record<string, string>;
}

export interface EnvironmentOptions {
  /** How programs inside reach the gateway. */
  gateway: string;
  /** The whole path of their scratch home. */
  home: string;
  /** What the gateway shows as the registries' own hosts (`Gateway.certificate`). */
  certificate: string | null;
}

export function registryEnvironment(
  registries: readonly ConfiguredRegistry[],
  { gateway, home, certificate }: EnvironmentOptions,
): RegistryEnvironment {
  const mirrored = registries.map((registry) => ({
    registry,
    mirror: `${gateway.replace(/\/+$/, "")}/registry/${registry.mount}`,
  }));
  const parts = [
    certificate === null ? { env: {}, files: {} } : trusting(certificate, { gateway, home }),
    forNpm(ofKind(mirrored, "npm")),
    forPython(ofKind(mirrored, "pypi")),
    forGo(ofKind(mirrored, "go")),
    forCargo(ofKind(mirrored, "cargo")),
    forMaven(ofKind(mirrored, "maven"), home),
    forGems(ofKind(mirrored, "gem")),
  ];
  return {
    env: Object.assign({}, ...parts.map(({ env }) => env)) as Record<string, string>,
    files: Object.assign({}, ...parts.map(({ files }) => files)) as Record<string, string>,
  };
}

/** Everybody's authorities and the gateway's own: programs know one variable or another, and most take a file for all there are. */
function trusting(
  certificate: string,
  { gateway, home }: { gateway: string; home: string },
): RegistryEnvironment {
  const all = new Set([...getCACertificates("default"), ...getCACertificates("system"), certificate]);
  const whole = `${home}/${AUTHORITIES}`;
  return {
    env: {
      NODE_EXTRA_CA_CERTS: `${home}/${AUTHORITY}`,
      SSL_CERT_FILE: whole,
      REQUESTS_CA_BUNDLE: whole,
      CURL_CA_BUNDLE: whole,
      PIP_CERT: whole,
      CARGO_HTTP_CAINFO: whole,
      npm_config_cafile: whole,
      YARN_HTTPS_PROXY: gateway,
    },
    files: {
      [AUTHORITY]: certificate,
      [AUTHORITIES]: [...all].map((one) => `${one.trim()}\n`).join(""),
    },
  };
}

/** npm, yarn, pnpm, bun and corepack: their variables go before the files of the repository. */
function forNpm(mirrored: readonly Mirrored[]): RegistryEnvironment {
  const main = mirrored.find(({ registry }) => registry.isDefault);
  const env: Record<string, string> = {};
  if (main !== undefined) {
    env["npm_config_registry"] = `${main.mirror}/`;
    // A lock file's addresses of that host are read through the mirror, and stay as they are in the file.
    env["npm_config_replace_registry_host"] = new URL(main.registry.base).hostname;
    env["npm_config_audit"] = "false";
    env["npm_config_update_notifier"] = "false";
    env["pnpm_config_registry"] = `${main.mirror}/`;
    env["YARN_NPM_REGISTRY_SERVER"] = main.mirror;
    env["YARN_UNSAFE_HTTP_WHITELIST"] = new URL(main.mirror).hostname;
    env["YARN_ENABLE_TELEMETRY"] = "0";
    env["BUN_CONFIG_REGISTRY"] = `${main.mirror}/`;
    env["COREPACK_NPM_REGISTRY"] = main.mirror;
  }
  // A scope at a registry's own host is read there, where the gateway answers too: so its lock files stay as they are.
  for (const { registry, mirror } of mirrored.filter((one) => !isIntercepted(one.registry)))
    for (const scope of registry.names.filter((name) => /^@[\w.~-]+$/.test(name)))
      env[`npm_config_${scope}:registry`] = `${mirror}/`;
  return { env, files: {} };
}

/** pip, uv, pipenv and pdm. */
function forPython(mirrored: readonly Mirrored[]): RegistryEnvironment {
  const main = mirrored.find(({ registry }) => registry.isDefault);
  const extra = mirrored.filter((one) => one !== main);
  const env: Record<string, string> = {};
  if (main !== undefined) {
    env["PIP_INDEX_URL"] = `${main.mirror}/`;
    env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1";
    // uv writes the addresses that it is told into its lock file, so it goes to the registry's own host where it can.
    if (!isIntercepted(main.registry)) env["UV_DEFAULT_INDEX"] = `${main.mirror}/`;
    env["PIPENV_PYPI_MIRROR"] = `${main.mirror}/`;
    env["PDM_PYPI_URL"] = `${main.mirror}/`;
  }
  if (extra.length > 0) env["PIP_EXTRA_INDEX_URL"] = extra.map(({ mirror }) => `${mirror}/`).join(" ");
  const told = extra.filter(({ registry }) => !isIntercepted(registry));
  // One with a name goes before the one of that name in the project's own file.
  if (told.length > 0)
    env["UV_INDEX"] = told.map(({ registry, mirror }) => `${namedFirst(registry)}${mirror}/`).join(" ");
  return { env, files: {} };
}

/** No word `direct` behind the mirrors: what they do not have is not there. The checksum database is asked through the first. */
function forGo(mirrored: readonly Mirrored[]): RegistryEnvironment {
  if (mirrored.length === 0) return { env: {}, files: {} };
  return {
    env: { GOPROXY: mirrored.map(({ mirror }) => mirror).join(","), GOTELEMETRY: "off" },
    files: {},
  };
}

/** cargo reads its home's file beside the repository's own; sources of one name are one. `Cargo.lock` names none of it. */
function forCargo(mirrored: readonly Mirrored[]): RegistryEnvironment {
  if (mirrored.length === 0) return { env: {}, files: {} };
  const main = mirrored.find(({ registry }) => registry.isDefault);
  const sources = mirrored.flatMap(({ registry, mirror }) => [
    `[source.gza-${registry.mount}]\nregistry = "sparse+${mirror}/"`,
    ...registry.names.map(
      (name) =>
        `[source.${JSON.stringify(name)}]\nregistry = "sparse+${registry.base}/"\nreplace-with = "gza-${registry.mount}"`,
    ),
  ]);
  const standard =
    main === undefined ? [] : [`[source.crates-io]\nreplace-with = "gza-${main.registry.mount}"`];
  return { env: {}, files: { ".cargo/config.toml": `${[...standard, ...sources].join("\n\n")}\n` } };
}

/** Java takes the home of its user from the machine, not from `HOME`; mvn reads `.mavenrc` there, which says otherwise. */
function forMaven(mirrored: readonly Mirrored[], home: string): RegistryEnvironment {
  const main = mirrored.find(({ registry }) => registry.isDefault);
  if (main === undefined) return { env: {}, files: {} };
  return {
    env: { MVNW_REPOURL: main.mirror, GRADLE_USER_HOME: `${home}/.gradle` },
    files: {
      ".mavenrc": 'MAVEN_OPTS="$MAVEN_OPTS -Duser.home=$HOME"\n',
      ".m2/settings.xml": mavenSettings(mirrored),
      ".gradle/init.d/gza.init.gradle": gradleScript(mirrored),
    },
  };
}

function forGems(mirrored: readonly Mirrored[]): RegistryEnvironment {
  if (mirrored.length === 0) return { env: {}, files: {} };
  const bundle = mirrored.map(({ registry, mirror }) => `${bundlerKey(registry.base)}: "${mirror}/"`);
  const sources = mirrored.map(({ mirror }) => `- ${mirror}/`);
  return {
    env: {},
    files: {
      ".bundle/config": `---\n${bundle.join("\n")}\n`,
      ".gemrc": `---\n:sources:\n${sources.join("\n")}\n`,
    },
  };
}

/** As bundler writes the setting `mirror.<address>` into its files. */
function bundlerKey(base: string): string {
  return `BUNDLE_${`mirror.${base}/`.replaceAll("-", "___").replaceAll(".", "__").toUpperCase()}`;
}

function namedFirst({ names }: ConfiguredRegistry): string {
  const [name] = names;
  return name === undefined || !/^[\w.-]+$/.test(name) ? "" : `${name}=`;
}

function ofKind(mirrored: readonly Mirrored[], kind: Registry["kind"]): Mirrored[] {
  return mirrored.filter(({ registry }) => registry.kind === kind);
}
