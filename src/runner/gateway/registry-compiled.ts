/** Which registries the files of go, cargo, maven, gradle and bundler name, as far as they name plain addresses. */
import { parse as parseToml } from "smol-toml";
import { z } from "zod";
import type { Named } from "./registry-named.ts";

const GRADLE_PLUGINS = "https://plugins.gradle.org/m2";
const GOOGLE = "https://dl.google.com/dl/android/maven2";

/** `go.env`: the proxies in their order; the words `direct` and `off` name none. */
export function fromGoEnv(text: string): Named[] {
  const value = /^\s*GOPROXY\s*=\s*(?<value>\S+)\s*$/m.exec(text)?.groups?.["value"] ?? "";
  const urls = value.split(/[,|]/).filter((one) => !["", "direct", "off"].includes(one));
  return urls.map((url) => ({ kind: "go", url, name: null, isDefault: true }));
}

const Cargo = z.object({
  source: z
    .record(z.string(), z.object({ "replace-with": z.string().optional(), registry: z.string().optional() }))
    .default({}),
  registries: z.record(z.string(), z.object({ index: z.string().optional() })).default({}),
});

/** Indexes in git are not read: what replaces them is the sparse protocol, which all registries of today speak. */
export function fromCargoConfig(text: string): Named[] {
  const { source, registries } = Cargo.parse(parseToml(text));
  const replaced = source["crates-io"]?.["replace-with"];
  const sources = Object.entries(source).flatMap(([name, { registry }]) =>
    registry === undefined
      ? []
      : [{ kind: "cargo" as const, url: registry, name, isDefault: name === replaced }],
  );
  const named = Object.entries(registries).flatMap(([name, { index }]) =>
    index === undefined ? [] : [{ kind: "cargo" as const, url: index, name, isDefault: name === replaced }],
  );
  return [...sources, ...named].filter(({ url }) => url.startsWith("sparse+"));
}

/** `pom.xml` and `settings.xml`. Where packages are published to is not read. */
export function fromMavenXml(text: string): Named[] {
  const plain = text
    .replace(/<!--.*?-->/gs, "")
    .replace(/<distributionManagement>.*?<\/distributionManagement>/gs, "");
  const blocks = plain.matchAll(/<(?<tag>repository|pluginRepository|mirror)>(?<body>.*?)<\/\k<tag>>/gs);
  return [...blocks].flatMap(({ groups }) => {
    const body = groups?.["body"] ?? "";
    const url = tagged(body, "url");
    const of = tagged(body, groups?.["tag"] === "mirror" ? "mirrorOf" : "id");
    return url === null ? [] : [maven(url, of)];
  });
}

/** `build.gradle` and `settings.gradle`, in Groovy or Kotlin. */
export function fromGradle(text: string): Named[] {
  const plain = text.replace(/\/\*.*?\*\//gs, "").replace(/^\s*\/\/.*$/gm, "");
  const urls = plain.matchAll(
    /\bmaven\s*(?:\(\s*(?:url\s*=\s*)?(?:uri\()?|\{[^{}]*?\burl\s*(?:=\s*)?(?:uri\(\s*)?\(?)\s*["'](?<url>https?:[^"'$]+)["']/g,
  );
  return [
    ...[...urls].map(({ groups }) => maven(groups?.["url"] ?? "", null)),
    ...(/\bgoogle\s*(?:\(\)|\{)/.test(plain) ? [maven(GOOGLE, "google")] : []),
    maven(GRADLE_PLUGINS, "plugins"),
  ];
}

export function fromGemfile(text: string): Named[] {
  const sources = text.matchAll(/^\s*source[\s(]+["'](?<url>https?:[^"']+)["']/gm);
  return [...sources].map(({ groups }, index) => ({
    kind: "gem",
    url: groups?.["url"] ?? "",
    name: null,
    isDefault: index === 0,
  }));
}

function maven(url: string, name: string | null): Named {
  const isDefault = name === "central" || name === "*";
  return { kind: "maven", url, name: isDefault ? "central" : name, isDefault };
}

function tagged(xml: string, tag: string): string | null {
  const text = new RegExp(`<${tag}>\\s*([^<\\s]+)\\s*</${tag}>`).exec(xml)?.[1];
  return text === undefined ? null : text.replaceAll("&amp;", "&");
}
