/** Where a cargo registry keeps its crates: its `config.json` says so, and the mirror's own says that they lie at the mirror. */
import { z } from "zod";

const IndexConfig = z.object({ dl: z.string().min(1).max(1000) });

/** The path of a crate at the mirror, below its registry. */
const CRATE = /^crates\/(?<crate>[\w-]{1,64})\/(?<version>\d[\w.+-]{0,127})\/(?<sum>[0-9a-f]{64})$/;

/** The template of crates' addresses, as the registry's `config.json` has it; null: that file cannot be read. */
export function crateTemplate(config: string): string | null {
  try {
    return IndexConfig.parse(JSON.parse(config)).dl;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

/** The mirror's `config.json`: it names no address for searches and uploads, and asks for no token, for the mirror has it. */
export function mirroredConfig(address: string, mount: string): string {
  return JSON.stringify({ dl: `${address}/registry/${mount}/crates/{crate}/{version}/{sha256-checksum}` });
}

export function isCratePath(path: string): boolean {
  return CRATE.test(path);
}

/** The address of a crate's file, as the cargo documentation fills in the template; null: it is no such path or the template no address. */
export function crateAddress(template: string, path: string): URL | null {
  const { crate, version, sum } = CRATE.exec(path)?.groups ?? {};
  if (crate === undefined || version === undefined || sum === undefined) return null;
  const marks: Record<string, string> = {
    "{crate}": crate,
    "{version}": version,
    "{prefix}": folderOf(crate),
    "{lowerprefix}": folderOf(crate.toLowerCase()),
    "{sha256-checksum}": sum,
  };
  const marked = /\{(?:crate|version|prefix|lowerprefix|sha256-checksum)\}/g;
  const text = marked.test(template)
    ? template.replace(marked, (mark) => marks[mark] ?? mark)
    : `${template.replace(/\/$/, "")}/${crate}/${version}/download`;
  return URL.parse(text);
}

/** The folders of a crate in an index. */
function folderOf(crate: string): string {
  if (crate.length <= 2) return String(crate.length);
  if (crate.length === 3) return `3/${crate.slice(0, 1)}`;
  return `${crate.slice(0, 2)}/${crate.slice(2, 4)}`;
}
