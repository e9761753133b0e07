/** What package managers are told of their mirrors. */
import { parse as parseToml } from "smol-toml";
import { describe, expect, it } from "vitest";
import type { ConfiguredRegistry } from "../../../src/runner/gateway/registries.ts";
import {
  registryEnvironment,
  type RegistryEnvironment,
} from "../../../src/runner/gateway/registry-environment.ts";
import { createAuthority } from "../../../src/runner/gateway/registry-authority.ts";

const MIRROR = "http://127.0.0.1:3128/registry";

describe("the environment of package managers", () => {
  it("is empty without registries", () => {
    expect(environment([])).toEqual({ env: {}, files: {} });
  });

  it("has the mirror for npm, yarn, pnpm, bun and corepack", () => {
    const { env } = environment([registry("npm", "https://npm.example.com/folder")]);

    expect(env).toMatchObject({
      npm_config_registry: `${MIRROR}/npm/`,
      npm_config_replace_registry_host: "npm.example.com",
      pnpm_config_registry: `${MIRROR}/npm/`,
      YARN_NPM_REGISTRY_SERVER: `${MIRROR}/npm`,
      YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
      BUN_CONFIG_REGISTRY: `${MIRROR}/npm/`,
      COREPACK_NPM_REGISTRY: `${MIRROR}/npm`,
    });
  });

  it("has the mirror for scopes whose host cannot be answered for, and only for what is a scope", () => {
    const { env } = environment([
      registry("npm", "https://npm.example.com"),
      registry("npm", "https://own.example.com:8443", { mount: "npm-2", names: ["@own", "@x\nY=z"] }),
      registry("npm", "https://two.example.com", { mount: "npm-3", names: ["@two"] }),
    ]);

    expect(Object.keys(env).filter((name) => name.includes("@"))).toEqual(["npm_config_@own:registry"]);
    expect(env["npm_config_@own:registry"]).toBe(`${MIRROR}/npm-2/`);
  });

  it("has every index for pip, and for uv only those whose host cannot be answered for", () => {
    const { env } = environment([
      registry("pypi", "https://pypi.example.com/simple"),
      registry("pypi", "https://own.example.com:8443/simple", { mount: "pypi-2", names: ["own"] }),
    ]);

    expect(env).toMatchObject({
      PIP_INDEX_URL: `${MIRROR}/pypi/`,
      PIP_EXTRA_INDEX_URL: `${MIRROR}/pypi-2/`,
      UV_INDEX: `own=${MIRROR}/pypi-2/`,
    });
    expect(env["UV_DEFAULT_INDEX"]).toBeUndefined();
  });

  it("lets go ask nobody but the mirrors", () => {
    const { env } = environment([
      registry("go", "https://one.example.com"),
      registry("go", "https://two.example.com", { mount: "go-2", isDefault: true }),
    ]);

    expect(env["GOPROXY"]).toBe(`${MIRROR}/go,${MIRROR}/go-2`);
  });

  it("turns cargo's sources to the mirrors by their names", () => {
    const { files } = environment([
      registry("cargo", "https://one.example.com", { names: ["one"] }),
      registry("cargo", "https://own.example.com/index", { mount: "cargo-2", names: ["own"] }),
    ]);

    expect(parseToml(files[".cargo/config.toml"] ?? "")).toEqual({
      source: {
        "crates-io": { "replace-with": "gza-cargo" },
        "gza-cargo": { registry: `sparse+${MIRROR}/cargo/` },
        one: { registry: "sparse+https://one.example.com/", "replace-with": "gza-cargo" },
        "gza-cargo-2": { registry: `sparse+${MIRROR}/cargo-2/` },
        own: { registry: "sparse+https://own.example.com/index/", "replace-with": "gza-cargo-2" },
      },
    });
  });

  it("turns maven's and gradle's repositories to the mirrors, and all unknown ones to the default's", () => {
    const { env, files } = environment([
      registry("maven", "https://maven.example.com/m2"),
      registry("maven", "https://own.example.com/a'b", { mount: "maven-2", names: ["own<x>"] }),
    ]);

    expect(files[".m2/settings.xml"]).toContain(
      `<mirrorOf>own&lt;x&gt;</mirrorOf><url>${MIRROR}/maven-2</url></mirror>\n    <mirror><id>gza-1</id><mirrorOf>*</mirrorOf><url>${MIRROR}/maven</url>`,
    );
    expect(files[".gradle/init.d/gza.init.gradle"]).toContain(
      `'https://own.example.com/a\\'b': '${MIRROR}/maven-2'`,
    );
    expect(files[".mavenrc"]).toContain("-Duser.home=$HOME");
    expect(env).toMatchObject({ MVNW_REPOURL: `${MIRROR}/maven`, GRADLE_USER_HOME: "/scratch/.gradle" });
  });

  it("turns bundler's sources to the mirrors as bundler writes its settings", () => {
    const { files } = environment([registry("gem", "https://ruby-gems.example.com")]);

    expect(files[".bundle/config"]).toBe(
      `---\nBUNDLE_MIRROR__HTTPS://RUBY___GEMS__EXAMPLE__COM/: "${MIRROR}/gem/"\n`,
    );
    expect(files[".gemrc"]).toBe(`---\n:sources:\n- ${MIRROR}/gem/\n`);
  });

  it("adds the gateway's certificate to those that everybody trusts", () => {
    const { certificate } = createAuthority(["npm.example.com"]);

    const { env, files } = environment([registry("npm", "https://npm.example.com")], certificate);

    expect(files[".gza/authority.pem"]).toBe(certificate);
    expect(files[".gza/authorities.pem"]).toContain(certificate);
    expect(files[".gza/authorities.pem"]?.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(50);
    expect(env).toMatchObject({
      NODE_EXTRA_CA_CERTS: "/scratch/.gza/authority.pem",
      SSL_CERT_FILE: "/scratch/.gza/authorities.pem",
      PIP_CERT: "/scratch/.gza/authorities.pem",
    });
  });

  it("holds no token", () => {
    const registries = (["npm", "pypi", "go", "cargo", "maven", "gem"] as const).map((kind) =>
      registry(kind, `https://${kind}.example.com`, { authorization: "Bearer secret" }),
    );

    expect(JSON.stringify(environment(registries))).not.toContain("secret");
  });
});

function environment(
  registries: ConfiguredRegistry[],
  certificate: string | null = null,
): RegistryEnvironment {
  return registryEnvironment(registries, { gateway: "http://127.0.0.1:3128", home: "/scratch", certificate });
}

/** Called as its kind is, it is the default. */
function registry(
  kind: ConfiguredRegistry["kind"],
  base: string,
  more: Partial<ConfiguredRegistry> = {},
): ConfiguredRegistry {
  return {
    kind,
    mount: kind,
    base,
    authorization: null,
    names: [],
    isDefault: more.mount === undefined,
    ...more,
  };
}
