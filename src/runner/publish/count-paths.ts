/** Counts how many paths commits bring before git lists them: a few objects can stand for more than anybody could list. */
import { blobContents, blobSizes } from "../git/blobs.ts";
import { git } from "../git/git.ts";

/** Far more than any guard lets through, and listed in seconds. */
export const MAX_LISTED_PATHS = 200_000;

/** Bytes of all new trees together; what is fuller names more than may be listed. */
const MAX_TREE_BYTES = 64 * 1024 * 1024;

/** Deeper than any path that a file system takes. */
const MAX_DEPTH = 2048;

/** A folder that holds the same folder many times counts it every time. */
interface Tree {
  files: number;
  /** The trees of its folders. */
  folders: string[];
}

/** Files and folders below the fullest of the new trees of `tip`; what stood in `not` before counts once where its folder is new. */
export async function countPaths(
  dir: string,
  { tip, not }: { tip: string; not: readonly string[] },
): Promise<number> {
  const trees = await newTrees(dir, tip, not);
  if (trees === null) return Number.POSITIVE_INFINITY;
  const counted = new Map<string, number>();
  const count = (oid: string, depth: number): number => {
    const tree = trees.get(oid);
    if (tree === undefined) return 0;
    const known = counted.get(oid);
    if (known !== undefined) return known;
    if (depth > MAX_DEPTH) return Number.POSITIVE_INFINITY;
    const below = tree.folders.reduce((sum, folder) => sum + 1 + count(folder, depth + 1), 0);
    counted.set(oid, tree.files + below);
    return tree.files + below;
  };
  return Math.max(0, ...[...trees.keys()].map((oid) => count(oid, 0)));
}

/** null: they are too full to be read. */
async function newTrees(dir: string, tip: string, not: readonly string[]): Promise<Map<string, Tree> | null> {
  const listing = await git(["rev-list", "--objects", "--filter=blob:none", tip, ...not], { dir });
  const oids = listing.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ")[0] ?? ""]));
  if (oids.length === 0) return new Map();
  const types = await git(["cat-file", "--batch-check=%(objectname) %(objecttype)"], {
    dir,
    input: `${oids.join("\n")}\n`,
  });
  const trees = types
    .split("\n")
    .flatMap((line) => (line.endsWith(" tree") ? [line.slice(0, line.indexOf(" "))] : []));
  const sizes = await blobSizes(dir, trees);
  if ([...sizes.values()].reduce((sum, size) => sum + size, 0) > MAX_TREE_BYTES) return null;
  const contents = await blobContents(dir, sizes);
  return new Map([...contents].map(([oid, content]) => [oid, parseTree(content)]));
}

/** Each entry of a tree: `<mode> <name>`, a zero byte, and twenty bytes of object id. */
function parseTree(content: Buffer): Tree {
  const tree: Tree = { files: 0, folders: [] };
  for (let at = 0; at < content.length;) {
    const end = content.indexOf(0, at);
    if (end === -1) break;
    if (content.toString("latin1", at, at + 6) === "40000 ")
      tree.folders.push(content.toString("hex", end + 1, end + 21));
    else tree.files += 1;
    at = end + 21;
  }
  return tree;
}
