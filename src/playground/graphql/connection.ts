/** Relay connections: a page of a list with cursors that survive changes of the list. */
import type { GraphQLResolveInfo } from "graphql";
import { getNamedType } from "graphql";
import { GraphqlFailure } from "./failure.ts";
import type { Paging } from "./fields.ts";

const LIMIT = 100;

export interface Connection<Node> {
  nodes: Node[];
  edges: { cursor: string; node: Node }[];
  totalCount: number;
  pageInfo: {
    startCursor: string | null;
    endCursor: string | null;
    hasNextPage: boolean;
    hasPreviousPage: boolean;
  };
}

/**
 * The asked page. `keyOf` names an item for its cursor: as long as that item is in the list, the next page begins after it,
 * whatever came or went before; once it is gone, its old position counts.
 */
export function connection<Item>(
  items: readonly Item[],
  { first, last, after, before }: Paging,
  keyOf: (item: Item) => string | number,
): Connection<Item> {
  const keys = items.map((item) => String(keyOf(item)));
  let from = after ? place(after, "after", keys) + 1 : 0;
  let to = before ? place(before, "before", keys) : items.length;
  if (typeof first === "number") to = Math.min(to, from + first);
  if (typeof last === "number") from = Math.max(from, to - last);
  const nodes = items.slice(from, to);
  const edges = nodes.map((node, index) => ({ cursor: cursor(from + index, keys), node }));
  return {
    nodes,
    edges,
    totalCount: items.length,
    pageInfo: {
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
      hasNextPage: to < items.length,
      hasPreviousPage: from > 0,
    },
  };
}

/** Throws what GitHub answers for a connection without bounds or with too wide ones; other fields pass. */
export function checkBounds(args: Paging, info: GraphQLResolveInfo): void {
  if (!getNamedType(info.returnType).name.endsWith("Connection")) return;
  const field = `\`${info.fieldName}\` connection`;
  if (typeof args.first !== "number" && typeof args.last !== "number") {
    throw new GraphqlFailure(
      "MISSING_PAGINATION_BOUNDARIES",
      `You must provide a \`first\` or \`last\` value to properly paginate the ${field}.`,
    );
  }
  for (const bound of ["first", "last"] as const) checkBound(args[bound], bound, field);
}

function checkBound(value: number | null | undefined, bound: string, field: string): void {
  if (typeof value !== "number") return;
  if (value < 0) {
    throw new GraphqlFailure(
      "EXCESSIVE_PAGINATION",
      `\`${bound}\` on the ${field} cannot be less than zero.`,
    );
  }
  if (value > LIMIT) {
    throw new GraphqlFailure(
      "EXCESSIVE_PAGINATION",
      `Requesting ${value} records on the ${field} exceeds the \`${bound}\` limit of ${LIMIT} records.`,
    );
  }
}

function cursor(position: number, keys: readonly string[]): string {
  return Buffer.from(`cursor:v2:${position}:${keys[position] ?? ""}`).toString("base64");
}

function place(text: string, argument: string, keys: readonly string[]): number {
  const parts = /^cursor:v2:(?<position>\d+):(?<key>.*)$/s.exec(
    Buffer.from(text, "base64").toString(),
  )?.groups;
  if (!parts) {
    throw new GraphqlFailure(
      "INVALID_CURSOR_ARGUMENTS",
      `\`${text}\` does not appear to be a valid cursor for the \`${argument}\` argument.`,
    );
  }
  const found = keys.indexOf(parts["key"] ?? "");
  return found === -1 ? Number(parts["position"]) - (argument === "after" ? 1 : 0) : found;
}
