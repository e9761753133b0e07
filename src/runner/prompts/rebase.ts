/** Every word that an agent is told where a rebase has stopped, and where its result does not pass the repository's check. */
import type { Job, RebaseMatter } from "../../domain/job.ts";
import type { Conflict } from "../../domain/report.ts";
import { head, tail } from "../plain-text.ts";
import { askedFor, newFence, quoted } from "./quote.ts";
import { circumstances, doneText, MATERIAL } from "./work-rules.ts";

/** What is the same at every stop of a rebase. */
export interface RebaseScene {
  job: Job;
  pull: RebaseMatter["pull"];
  base: string;
  /** The branch as it was, and where it left the base. */
  head: string;
  fork: string;
}

export interface StopMatter {
  scene: RebaseScene;
  /** The message of the commit that is being put on the base; null: the base is merged into the branch. */
  commit: string | null;
  conflicts: readonly (Pick<Conflict, "path" | "kind" | "ours" | "theirs"> & { lies: string })[];
  /** Files that are written anew by their own tool afterwards. */
  generated: readonly string[];
  /** Of what came to the base, that which touches these paths. */
  landed: RebaseMatter["landed"];
  /** Messages of the base's commits that touch them. */
  log: string;
  /** What is wrong with what an earlier invocation made of this very stop; empty: there was none. */
  faults: readonly string[];
}

const MAX_BODY = 4000;

export function stopPrompt(matter: StopMatter, fence: string = newFence()): string {
  const { scene, commit, conflicts, generated, faults } = matter;
  const parts = [
    TASK,
    ...sceneTexts(scene, fence),
    ...baseTexts(matter, fence),
    ...wayTexts(scene, commit, fence),
    "These files stopped it:",
    ...conflicts.map((conflict, index) => conflictText(conflict, index + 1, fence)),
  ];
  if (generated.length > 0) {
    parts.push(
      `These are in conflict too, but generated. They lie here as the base has them, and their own tool writes them anew after you; leave them alone:`,
      quoted("GENERATED", generated.join("\n"), fence),
    );
  }
  if (faults.length > 0) {
    parts.push(
      "You have worked on this before, and your files are as you left them. This is not right yet:",
      quoted("FAULTS", faults.map((fault) => `- ${fault}`).join("\n"), fence),
    );
  }
  return `${[...parts, SETTLING, RULES, CLOSING].join("\n\n")}\n`;
}

/** What both prompts begin with: whose words these are, where things lie, and what the branch is for. */
function sceneTexts(scene: RebaseScene, fence: string): string[] {
  const { job, pull } = scene;
  const purpose = [...askedFor(job, fence), pullText(pull, fence), ...circumstances(job, fence)];
  return [MATERIAL, placesText(scene), "What the branch is for:", ...purpose];
}

/** `output`: the end of what the check printed. */
export function fitPrompt(scene: RebaseScene, output: string, fence: string = newFence()): string {
  const { job } = scene;
  const parts = [
    FIT,
    ...sceneTexts(scene, fence),
    "The check ended red; the end of what it printed:",
    quoted("OUTPUT", tail(output, 8000), fence),
    FITTING,
    RULES,
    doneText(job.verify),
    CLOSING,
  ];
  return `${parts.join("\n\n")}\n`;
}

function placesText({ job, base, head, fork }: RebaseScene): string {
  return `The clone's HEAD is ${job.start.base_branch} at ${base}, so \`git diff\` shows what the rebase has made of it so far. The branch as it was is ${head}; it had left ${job.start.base_branch} at ${fork}. Read both sides with \`git log\`, \`git show\` and \`git diff\`, for example \`git diff ${fork} ${head}\` and \`git log -p ${fork}..${base}\`.`;
}

function pullText({ number, title, body }: RebaseMatter["pull"], fence: string): string {
  return quoted("PULL REQUEST", `#${number}: ${title}\n\n${head(body, MAX_BODY)}`, fence);
}

function baseTexts({ scene, landed, log }: StopMatter, fence: string): string[] {
  const texts = landed.map(({ number, title, body }) =>
    quoted(`LANDED #${number}`, `#${number}: ${title}\n\n${head(body, MAX_BODY)}`, fence),
  );
  if (log.trim() !== "") texts.push(quoted("LOG", log, fence));
  return texts.length === 0
    ? []
    : [`What came to ${scene.job.start.base_branch} meanwhile and touches these files:`, ...texts];
}

function wayTexts({ job }: RebaseScene, commit: string | null, fence: string): string[] {
  const base = job.start.base_branch;
  if (commit === null) {
    return [
      `${base} is being merged into the branch, whose commits stay as they are. Between git's markers the branch comes first, then what both came from, then ${base}.`,
    ];
  }
  return [
    `The branch is put onto ${base} commit by commit. Between git's markers ${base} comes first, then what both came from, then the branch. The commit at hand:`,
    quoted("COMMIT", head(commit, MAX_BODY), fence),
  ];
}

const KIND_WORDS: { [kind in Conflict["kind"]]?: string } = {
  content: "both sides changed the same lines",
  add_add: "both sides added a file of this name",
  delete_modify:
    "the branch deleted it, the base changed it. It lies here as the base has it: what is right is either to delete it, or to keep it",
  modify_delete:
    "the base deleted it, the branch changed it. It lies here as the branch has it: what is right may be to delete it and to do the branch's change where the code has gone, or to keep it",
  rename:
    "the sides moved, deleted or added files at cross purposes around this name. Leave at each of these names what belongs there, and delete what does not",
};

function conflictText(
  { path, kind, ours, theirs, lies }: StopMatter["conflicts"][number],
  n: number,
  fence: string,
): string {
  const place = lies === path ? path : `${path} (it lies at ${lies})`;
  return [
    `${n}. ${place}: ${KIND_WORDS[kind] ?? kind}.`,
    quoted(`BRANCH ${n}`, ours, fence),
    quoted(`BASE ${n}`, theirs, fence),
  ].join("\n");
}

const TASK = `You are a software engineer. The current folder is a git clone of the repository in the middle of a rebase of a pull request's branch; git could not put both sides together by itself.
Settle what is in conflict by changing the files in this folder.`;

const FIT = `You are a software engineer. The current folder is a git clone of the repository with a pull request's branch put onto the newest state of its base. Everything is put together, but the repository's own check does not pass.
Make the branch fit its base by changing the files in this folder.`;

const SETTLING = `How to settle:
- Keep what both sides wanted: what landed on the base stays, and the branch's change does on top of it what it did before. Find out what each side was for before you choose.
- Leave no conflict markers behind.
- The commits that follow are put on top afterwards, each by itself; do only what this one is for. It need not pass every check yet.`;

const FITTING = `How to fit:
- What landed on the base stays as it is meant; the branch's change is what has to follow it.
- Change only what the base makes necessary. Never disable, skip, loosen or delete a check or a test.`;

const RULES = `Rules:
- Only files count. Change those that are named here and those that the pull request changes already; whatever you change elsewhere is put back.
- Use git to read only. Do not commit, add, check out, reset, stash, merge, rebase or push: nothing of it has any effect on the result, and some of it destroys your files.
- Use no network. Nobody can answer you while you work.`;

/** The only words about itself that count, read by a program. */
const CLOSING = `If what both sides want cannot both be had, do not choose between them. End with one JSON object and nothing after it:

\`\`\`json
{ "outcome": "gave_up", "text": "what each side wants and why both cannot be had, for the people who will decide" }
\`\`\`

Otherwise end with one or two sentences: how you put it together.`;
