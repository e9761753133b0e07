/** Trees as git stores them: read into entries, changed, and written as bytes. */

export interface StoredEntry {
  /** As git writes it, in octal and without leading zeros: `40000` is a folder, `160000` a submodule. */
  mode: string;
  name: string;
  oid: string;
}

/** For each entry its mode, a space, its name, a zero byte and the twenty bytes of its oid. */
export function parseTree(bytes: Buffer): StoredEntry[] {
  const entries: StoredEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0, at);
    const space = bytes.indexOf(" ", at);
    entries.push({
      mode: bytes.toString("utf8", at, space),
      name: bytes.toString("utf8", space + 1, end),
      oid: bytes.toString("hex", end + 1, end + 21),
    });
    at = end + 21;
  }
  return entries;
}

/** In git's order: by bytes, a folder as if its name ended in a slash. */
export function formatTree(entries: Iterable<StoredEntry>): Buffer {
  const keyed = [...entries].map((entry) => ({
    key: Buffer.from(isFolder(entry) ? `${entry.name}/` : entry.name),
    bytes: Buffer.concat([Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.oid, "hex")]),
  }));
  keyed.sort((one, other) => Buffer.compare(one.key, other.key));
  return Buffer.concat(keyed.map(({ bytes }) => bytes));
}

export function isFolder({ mode }: Pick<StoredEntry, "mode">): boolean {
  return mode === "40000";
}

export function typeOf({ mode }: Pick<StoredEntry, "mode">): "blob" | "tree" | "commit" {
  return mode === "40000" ? "tree" : mode === "160000" ? "commit" : "blob";
}
