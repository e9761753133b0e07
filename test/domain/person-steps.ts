/** What people may do at any moment: say something, change a fact of the issue, of the pull request, or of the repository. */
import { PEOPLE_LABELS } from "../../src/domain/names.ts";
import type { CommentFacts, IssueFacts, PullFacts, Snapshot } from "../../src/domain/snapshot.ts";
import { later } from "../../src/domain/time.ts";
import { numbered, type Step } from "./simulate.ts";
import { ANNA, comment, CONFIG, GUEST, sha, thread } from "./snapshots.ts";

/** Everything that can be said, with and without its flags, and what is no command. */
const WORDS: readonly string[] = [
  "/gza run",
  "/gza run explore",
  "/gza run --agent codex --budget 4",
  "/gza retry",
  "/gza resume",
  "/gza resume --budget +5",
  "/gza cancel",
  "/gza approve",
  "/gza approve 7777777",
  "/gza review",
  "/gza improve",
  "/gza improve it",
  "/gza dismiss F1 no",
  "/gza merge",
  "/gza merge rebase",
  "/gza rebase",
  "/gza revert",
  "/gza status",
  "/gza help",
  "/gza mrege",
  "/gza split",
  "/gza dismiss",
  "The first one.",
];
/** What somebody without write may try. */
const OUTSIDE: readonly string[] = [
  "/gza run",
  "/gza cancel",
  "/gza merge",
  "/gza approve",
  "The second one.",
];

/** Every one of them, one second after what was last. */
export function personSteps(at: Snapshot): Step[] {
  const from: Snapshot = { ...at, now: later(at.now, 1), evidence: [] };
  return [
    ...WORDS.map((body) => says(from, body)),
    ...OUTSIDE.map((body) => says(from, body, { by: GUEST })),
    says(from, "/gza merge", { by: { id: 77, login: "ci[bot]" }, isBot: true }),
    says(from, "/gza merge", { edited: from.now }),
    ...onIssue(from),
    ...inRepository(from),
    ...onBranch(from),
    ...onPull(from),
  ];
}

function says(from: Snapshot, body: string, change: Partial<CommentFacts> = {}): Step {
  const id = 2000 + from.discussion.length;
  const said = comment(body, { id, at: from.now, acknowledged: false, ...change });
  const who = said.by?.login ?? "";
  return {
    name: `${said.edited === null ? "" : "edited: "}${who} says ${body}`,
    next: { ...from, comments: [...from.comments, said], discussion: [...from.discussion, said] },
  };
}

function onIssue(from: Snapshot): Step[] {
  const { issue } = from;
  if (issue.gone) return [];
  const change = (name: string, changed: Partial<IssueFacts>): Step => ({
    name,
    next: { ...from, issue: { ...issue, ...changed } },
  });
  const label = (name: string): Step => {
    const isOn = issue.labels.includes(name);
    const labels = isOn ? issue.labels.filter((one) => one !== name) : [...issue.labels, name];
    const labelled = [...issue.labelled, { on: !isOn, at: from.now, by: ANNA }];
    const event = name === "gza" ? { labelled } : {};
    return change(`${name} ${isOn ? "off" : "on"}`, { labels, ...event });
  };
  const rewritten = { body: `${issue.body} More.` };
  return [
    ...["gza", PEOPLE_LABELS.stop, PEOPLE_LABELS.urgent, PEOPLE_LABELS.explore].map(label),
    issue.state === "open"
      ? change("issue closed", { state: "closed", closed: [...issue.closed, { at: from.now, by: ANNA }] })
      : change("issue reopened", { state: "open" }),
    change("text edited", { ...rewritten, edited: { by: ANNA, at: from.now } }),
    change("text edited by an outsider", { ...rewritten, edited: { by: GUEST, at: from.now } }),
    change(issue.locked ? "unlocked" : "locked", { locked: !issue.locked }),
    {
      name: "issue gone",
      next: {
        ...from,
        issue: { ...issue, ...NOTHING },
        comments: from.comments.filter(({ on }) => on === "pull"),
        discussion: [],
        said: new Map(),
      },
    },
  ];
}

const NOTHING: Omit<IssueFacts, "number" | "nodeId" | "url"> = {
  title: "",
  body: "",
  author: null,
  state: "closed",
  locked: true,
  gone: true,
  labels: [],
  labelled: [],
  closed: [],
  edited: null,
};

function inRepository(from: Snapshot): Step[] {
  const { repository, installation, config } = from;
  const isThere = repository.workflow === "present";
  const isGranted = installation.missing.length === 0;
  const broken: Snapshot["config"] = { kind: "broken", blob: sha("2"), problems: [] };
  return [
    {
      name: "base moves",
      next: {
        ...from,
        repository: { ...repository, defaultHead: numbered("6", from) },
        pull: from.pull && { ...from.pull, baseHead: numbered("6", from), behindBy: 1 },
      },
    },
    {
      name: isThere ? "workflow removed" : "workflow back",
      next: { ...from, repository: { ...repository, workflow: isThere ? "missing" : "present" } },
    },
    {
      name: isGranted ? "permission lost" : "permission granted",
      next: { ...from, installation: { ...installation, missing: isGranted ? ["checks: write"] : [] } },
    },
    config.kind === "config"
      ? { name: "config broken", next: { ...from, config: broken } }
      : {
          name: "config mended",
          next: { ...from, config: { kind: "config", blob: sha("3"), config: CONFIG } },
        },
  ];
}

function onBranch(from: Snapshot): Step[] {
  const { record, branchHead, baton } = from;
  if (record.kind !== "record" || record.record.branch === null) return [];
  const steps: Step[] = [
    {
      name: branchHead === null ? "makes the branch" : "pushes",
      next: { ...from, branchHead: numbered("7", from) },
    },
  ];
  if (baton.kind !== "none")
    steps.push({ name: "baton removed", next: { ...from, baton: { kind: "none" } } });
  return steps;
}

function onPull(from: Snapshot): Step[] {
  const { pull: open } = from;
  if (!open) return [];
  const change = (name: string, changed: Partial<PullFacts>): Step => ({
    name,
    next: { ...from, pull: { ...open, ...changed } },
  });
  if (open.state === "closed") return [change("pull request reopened", { state: "open" })];
  if (open.state === "merged") return [];
  const word = { by: ANNA, isBot: false, at: from.now, body: "No." };
  const request = { ...word, id: 3000 + open.reviews.length, state: "changes_requested" } as const;
  const id = `PRRT_person_${open.threads.length}`;
  const began = thread("No.", { id, comments: [{ ...word, isMine: false, key: null }] });
  const closed = change("pull request closed", { state: "closed" });
  return [
    change("merged by a person", { state: "merged", mergedBy: ANNA }),
    closed,
    { name: "branch deleted", next: { ...closed.next, branchHead: null } },
    change("changes requested", { reviews: [...open.reviews, request] }),
    change("comment on a line", { threads: [...open.threads, began] }),
  ];
}
