/** Names of things on GitHub that belong to GZA: refs, branches, labels, files, markers. */

/** All of GZA's own refs begin so; one constant, should a server refuse custom refs. */
export const REF_PREFIX = "refs/gza/";

export const QUEUE_REF = `${REF_PREFIX}queue`;
export const TASK_PREFIX = `${REF_PREFIX}tasks/`;
export const BACKUP_PREFIX = `${REF_PREFIX}backup/`;
export const ATTEMPT_PREFIX = `${REF_PREFIX}attempts/`;

export const WORKFLOW_FILE = "gza.yml";
export const WORKFLOW_PATH = `.github/workflows/${WORKFLOW_FILE}`;
export const CONFIG_PATH = ".github/gza.yml";

/** GZA's own check run. */
export const REVIEW_CHECK = "gza / review";

/** Labels that GZA sets; people set the rest. */
export const OWN_LABELS = {
  needsYou: {
    name: "gza:needs-you",
    color: "d93f0b",
    description: "GZA waits for a person; its last comment says for what",
  },
  ready: { name: "gza:ready", color: "0e8a16", description: "Approved, green and mergeable" },
} as const;

/** Labels that people set beside the one of the config; each bends what GZA does with a task. */
export const PEOPLE_LABELS = {
  /** Holds everything until it is taken off. */
  stop: "gza:stop",
  /** Goes before other tasks. */
  urgent: "gza:urgent",
  /** Asks for an answer instead of a change. */
  explore: "gza:explore",
  /** Asks for a plan first. */
  plan: "gza:plan",
} as const;

export function taskRef(issue: number): string {
  return `${TASK_PREFIX}${issue}`;
}

/** Where the baton of an attempt in flight lies. */
export function batonRef(issue: number): string {
  return `${ATTEMPT_PREFIX}${issue}`;
}

export function unfinishedRef(issue: number): string {
  return `${REF_PREFIX}unfinished/${issue}`;
}

export function backupRef(issue: number, n: number): string {
  return `${BACKUP_PREFIX}${issue}/${n}`;
}

export function branchRef(branch: string): string {
  return `refs/heads/${branch}`;
}

/** `gza/42-fix-the-parser`, anew `gza/42-fix-the-parser-2`: the number finds the task, the slug is for people. */
export function branchName(issue: number, title: string, generation = 1): string {
  const slug = title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
  const parts = [`gza/${issue}`, slug, generation === 1 ? "" : String(generation)];
  return parts.filter((part) => part !== "").join("-");
}

/** The task that a branch belongs to, or null. */
export function issueOfBranch(branch: string): number | null {
  const digits = /^gza\/(\d{1,10})(?:-|$)/.exec(branch)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The name of a workflow run as `run-name` in the workflow file writes it: task, then J. */
export function runName(issue: number, job: string): string {
  return `gza ${issue} ${job}`;
}

export function parseRunName(name: string): { issue: number; job: string } | null {
  const match = /^gza (\d{1,10}) ([0-9a-f]{40}|[0-9a-f]{64})$/.exec(name);
  const [, issue, job] = match ?? [];
  return issue === undefined || job === undefined ? null : { issue: Number(issue), job };
}

/** A hidden first line by which GZA finds its own comment again. */
export function marker(key: string): string {
  return `<!-- gza:${key} -->`;
}

/** The key of a comment that GZA wrote, or null. */
export function markerOf(body: string): string | null {
  return /^<!-- gza:([a-z0-9:._-]{1,80}) -->/.exec(body)?.[1] ?? null;
}
