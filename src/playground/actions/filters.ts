/** GitHub's filter patterns for branches, tags and paths, and its rules for which event starts which workflow. */
import type { EventsConfig } from "@actions/workflow-parser/model/workflow-template";

/** What happened, as far as a workflow's `on` can ask about it. */
export interface Occasion {
  event: string;
  action: string | null;
  /** Branch pushed to, base branch of the pull request, head branch of the workflow run. */
  branch: string | null;
  tag: string | null;
  /** Name of the workflow that a `workflow_run` event is about. */
  workflow: string | null;
  changedPaths: () => Promise<string[]>;
}

/** Activity types that start a workflow which names none. */
const DEFAULT_TYPES: Record<string, string[]> = {
  pull_request: ["opened", "synchronize", "reopened"],
  pull_request_target: ["opened", "synchronize", "reopened"],
  merge_group: ["checks_requested"],
};

interface Filter {
  types?: string[];
  workflows?: string[];
  branches?: string[];
  "branches-ignore"?: string[];
  tags?: string[];
  "tags-ignore"?: string[];
  paths?: string[];
  "paths-ignore"?: string[];
}

export async function starts(events: EventsConfig, occasion: Occasion): Promise<boolean> {
  const filter = events[occasion.event] as Filter | undefined;
  if (!filter) return false;
  const types = filter.types ?? DEFAULT_TYPES[occasion.event];
  if (types && occasion.action !== null && !types.includes(occasion.action)) return false;
  if (filter.workflows && !matches(filter.workflows, occasion.workflow ?? "")) return false;
  if (!refPasses(filter, occasion)) return false;
  if (!filter.paths && !filter["paths-ignore"]) return true;
  // GitHub does not look at paths when a tag is pushed.
  if (occasion.tag !== null) return true;
  const changed = await occasion.changedPaths();
  if (filter.paths && !changed.some((path) => matches(filter.paths ?? [], path))) return false;
  const ignored = filter["paths-ignore"];
  return !ignored || changed.some((path) => !matches(ignored, path));
}

/** Whether the last pattern that fits `name` is a positive one (`!` negates). */
export function matches(patterns: string[], name: string): boolean {
  let result = false;
  for (const pattern of patterns) {
    const negative = pattern.startsWith("!");
    if (toRegExp(negative ? pattern.slice(1) : pattern).test(name)) result = !negative;
  }
  return result;
}

/** A push to a branch is not wanted by a workflow that filters tags only, and the other way round. */
function refPasses(filter: Filter, { branch, tag }: Occasion): boolean {
  const { branches, tags, "branches-ignore": noBranches, "tags-ignore": noTags } = filter;
  const [name, only, except, others] =
    tag === null
      ? [branch, branches, noBranches, tags ?? noTags]
      : [tag, tags, noTags, branches ?? noBranches];
  if (name === null) return true;
  if (only) return matches(only, name);
  if (except) return !matches(except, name);
  return others === undefined;
}

/** `*` stops at a slash, `**` does not, `?` and `+` repeat what stands before them, `[…]` is one of these characters. */
function toRegExp(pattern: string): RegExp {
  const source = pattern.replaceAll(/\*\*\/|\*\*|\*|\[[^\]]+\]|[?+]|[.^$(){}|\\/]/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" || part === "+" || part.startsWith("[") ? part : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}
