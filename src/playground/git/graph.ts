/** Which commit comes from which, kept in memory: what lies between two commits is asked at every turn, and never changes. */
import type { Repository } from "../model/world.ts";
import { lookUp } from "./look-up.ts";
import { gitText } from "./run.ts";

interface Node {
  parents: readonly string[];
  /** Greater than that of every parent, so whoever goes by it from above meets a commit after all that lead to it. */
  height: number;
}

type Graph = Map<string, Node>;

const graphs = new WeakMap<Repository, Graph>();

/** Both must be oids of commits that are there. */
export async function distance(
  repository: Repository,
  base: string,
  head: string,
): Promise<{ ahead: number; behind: number }> {
  const graph = await graphWith(repository, [base, head]);
  const count = { ahead: 0, behind: 0 };
  walk(graph, { ours: [base], theirs: [head] }, (_, side) => {
    if (side === "ours") count.behind += 1;
    if (side === "theirs") count.ahead += 1;
  });
  return count;
}

/** The best common ancestors of two commits: more than one where both sides merged each other, none where they share no history. */
export async function mergeBasesOf(repository: Repository, one: string, other: string): Promise<string[]> {
  const graph = await graphWith(repository, [one, other]);
  const found: string[] = [];
  walk(graph, { ours: [one], theirs: [other] }, (oid, side) => {
    if (side === "both") found.push(oid);
  });
  return found;
}

/** What `tip` reaches and none of `hidden` does, newest first; null where that is no single line, so that their order is git's to say. */
export async function lineBetween(
  repository: Repository,
  tip: string,
  hidden: readonly string[],
): Promise<string[] | null> {
  const graph = await graphWith(repository, [tip, ...hidden]);
  const found = new Set<string>();
  walk(graph, { ours: [tip], theirs: hidden }, (oid, side) => {
    if (side === "ours") found.add(oid);
  });
  const line: string[] = [];
  let at = found.has(tip) ? tip : undefined;
  while (at !== undefined) {
    line.push(at);
    const inside: string[] = nodeOf(graph, at).parents.filter((parent) => found.has(parent));
    if (inside.length > 1) return null;
    at = inside[0];
  }
  return line.length === found.size ? line : null;
}

type Side = "ours" | "theirs" | "both";

const OURS = 1;
const THEIRS = 2;
/** It comes from a best common ancestor. */
const BELOW = 4;

/** Tells of each commit which side leads to it: `both` only for the best common ancestors. What lies below those is left out. */
function walk(
  graph: Graph,
  { ours, theirs }: { ours: readonly string[]; theirs: readonly string[] },
  tell: (oid: string, side: Side) => void,
): void {
  const flags = new Map<string, number>();
  const levels = new Map<number, string[]>();
  /** Reached, not told of yet and not below: without any there is nothing more to tell. */
  const open = new Set<string>();

  function reach(oid: string, flag: number): number {
    const before = flags.get(oid);
    const after = (before ?? 0) | flag;
    flags.set(oid, after);
    if ((after & BELOW) !== 0) open.delete(oid);
    else open.add(oid);
    const { height } = nodeOf(graph, oid);
    const level = levels.get(height) ?? [];
    if (before === undefined) levels.set(height, [...level, oid]);
    return height;
  }

  const starts = [...ours.map((oid) => reach(oid, OURS)), ...theirs.map((oid) => reach(oid, THEIRS))];
  for (let height = Math.max(0, ...starts); open.size > 0; height -= 1) {
    for (const oid of levels.get(height) ?? []) {
      const flag = flags.get(oid) ?? 0;
      const isShared = (flag & OURS) !== 0 && (flag & THEIRS) !== 0;
      if (open.delete(oid)) tell(oid, isShared ? "both" : (flag & OURS) === 0 ? "theirs" : "ours");
      for (const parent of nodeOf(graph, oid).parents) reach(parent, isShared ? flag | BELOW : flag);
    }
    levels.delete(height);
  }
}

/** The graph with these commits and all that they come from. */
async function graphWith(repository: Repository, oids: readonly string[]): Promise<Graph> {
  const graph: Graph = graphs.get(repository) ?? new Map<string, Node>();
  graphs.set(repository, graph);
  for (const oid of oids) if (!graph.has(oid)) await addHistory(repository, graph, oid);
  return graph;
}

/** More new commits than these are read by git, all at once. */
const FEW = 50;

async function addHistory(repository: Repository, graph: Graph, tip: string): Promise<void> {
  const parentsOf = new Map<string, readonly string[]>();
  let open = [tip];
  while (open.length > 0) {
    if (parentsOf.size + open.length > FEW) return addAll(repository, graph, tip);
    const commits = await lookUp(repository, open);
    for (const [index, oid] of open.entries()) {
      const commit = commits[index];
      if (commit?.type !== "commit") throw new Error(`${oid} is no commit of ${repository.directory}`);
      parentsOf.set(oid, parentsIn(commit.bytes));
    }
    const next = new Set(open.flatMap((oid) => parentsOf.get(oid) ?? []));
    open = [...next].filter((oid) => !graph.has(oid) && !parentsOf.has(oid));
  }
  addAfterParents(graph, parentsOf, tip);
}

function addAfterParents(graph: Graph, parentsOf: ReadonlyMap<string, readonly string[]>, oid: string): void {
  if (graph.has(oid)) return;
  const parents = parentsOf.get(oid) ?? [];
  for (const parent of parents) addAfterParents(graph, parentsOf, parent);
  add(graph, oid, parents);
}

function parentsIn(commit: Buffer): string[] {
  const header = commit.toString("latin1", 0, commit.indexOf("\n\n"));
  return [...header.matchAll(/^parent ([0-9a-f]{40})$/gm)].map(([, parent = ""]) => parent);
}

/** Many commits that came at once, or that were there before. */
async function addAll({ directory }: Repository, graph: Graph, tip: string): Promise<void> {
  const listing = await gitText(directory, ["rev-list", "--parents", "--topo-order", "--reverse", tip, "--"]);
  for (const line of listing.split("\n")) {
    const [oid = "", ...parents] = line.split(" ");
    if (!graph.has(oid)) add(graph, oid, parents);
  }
}

function add(graph: Graph, oid: string, parents: readonly string[]): void {
  const height = 1 + Math.max(0, ...parents.map((parent) => nodeOf(graph, parent).height));
  graph.set(oid, { parents, height });
}

function nodeOf(graph: Graph, oid: string): Node {
  const node = graph.get(oid);
  if (node === undefined) throw new Error(`commit ${oid} is missing from a history: was it pruned?`);
  return node;
}
