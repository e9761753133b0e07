/** Which registries the files of pip, uv, poetry, pdm and pipenv name. */
import { parse as parseToml } from "smol-toml";
import { z } from "zod";
import type { Named } from "./registry-named.ts";

/** `pip.conf`: a value may go on in the indented lines after its key. */
export function fromPipConf(text: string): Named[] {
  const joined = text.replace(/\r?\n[ \t]+/g, " ");
  const pairs = [...joined.matchAll(/^(?<key>(?:extra-)?index-url)\s*[=:]\s*(?<value>.*)$/gm)];
  return pairs.flatMap(({ groups }) =>
    (groups?.["value"] ?? "")
      .split(/\s+/)
      .filter((url) => url !== "")
      .map((url) => named(url, null, groups?.["key"] === "index-url")),
  );
}

/** The options that a `requirements.txt` may have, a line each. */
export function fromRequirements(text: string): Named[] {
  const options = text.matchAll(/^\s*(?<key>-i|--(?:extra-)?index-url)[\s=]+(?<value>\S+)/gm);
  return [...options].map(({ groups }) =>
    named(groups?.["value"] ?? "", null, groups?.["key"] !== "--extra-index-url"),
  );
}

const Source = z.object({
  name: z.string().optional(),
  url: z.string().optional(),
  default: z.boolean().optional(),
});
const Uv = z.object({
  index: z.array(Source).default([]),
  "index-url": z.string().optional(),
  "extra-index-url": z.array(z.string()).default([]),
});
type Uv = z.infer<typeof Uv>;

const Project = z.object({
  tool: z
    .object({
      uv: Uv.optional(),
      poetry: z.object({ source: z.array(Source).default([]) }).optional(),
      pdm: z.object({ source: z.array(Source).default([]) }).optional(),
    })
    .default({}),
});

export function fromPyproject(text: string): Named[] {
  const { uv, poetry, pdm } = Project.parse(parseToml(text)).tool;
  return [
    ...(uv === undefined ? [] : ofUv(uv)),
    ...ofSources(poetry?.source ?? []),
    ...ofSources(pdm?.source ?? []),
  ];
}

export function fromUvToml(text: string): Named[] {
  return ofUv(Uv.parse(parseToml(text)));
}

export function fromPipfile(text: string): Named[] {
  return ofSources(z.object({ source: z.array(Source).default([]) }).parse(parseToml(text)).source);
}

function ofUv(uv: Uv): Named[] {
  const old = uv["index-url"];
  return [
    ...ofSources(uv.index),
    ...(old === undefined ? [] : [named(old, null, true)]),
    ...uv["extra-index-url"].map((url) => named(url, null, false)),
  ];
}

/** A source called `pypi` takes the place of the one that everybody uses. */
function ofSources(sources: readonly z.infer<typeof Source>[]): Named[] {
  return sources.flatMap(({ name, url, default: isDefault }) =>
    url === undefined ? [] : [named(url, name ?? null, isDefault === true || name?.toLowerCase() === "pypi")],
  );
}

function named(url: string, name: string | null, isDefault: boolean): Named {
  return { kind: "pypi", url, name, isDefault };
}
