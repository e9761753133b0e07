/** Landing, with real runs: what conflicts is put on its base, what a person made stays, and GitHub merges what may be merged. */
import { describe, expect, it } from "vitest";
import type { Record } from "../../src/domain/record.ts";
import { setMergeQueue } from "../../src/playground/protection.ts";
import { story, twice, type Story, type StoryOptions } from "./world.ts";

const REVIEWED = "agents: {default: {agent: scripted}}\n";
const UNREVIEWED = `${REVIEWED}review: {enabled: false}\n`;
const BY_ITSELF = `${UNREVIEWED}merge: {when: approved}\n`;
const GOOD = [{ json: { summary: "It does what was asked for.", findings: [] } }];
const where = { owner: "ada", repo: "engine" };

const LINES = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";
const edit = (find: string, replace: string): object => ({ edit: { path: "list.txt", find, replace } });
const KEEP_BOTH =
  "sed -i -e '/^<<<<<<< /d' -e '/^||||||| /,/^=======$/d' -e '/^>>>>>>> /d' list.txt; cat list.txt";

async function begun(options: StoryOptions): Promise<Story> {
  const from = await story({
    config: UNREVIEWED,
    ...options,
    files: { "list.txt": LINES, ...options.files },
  });
  await from.begin();
  return from;
}

const isReady = ({ phase }: Record): boolean => phase === "ready";
const isParked = ({ phase }: Record): boolean => phase === "parked";
const isMerged = ({ phase }: Record): boolean => phase === "done";

function rebases({ attempts }: Record): string[] {
  return attempts.filter(({ kind }) => kind === "rebase").map(({ end, turns }) => `${end} in ${turns}`);
}

function kept(from: Story, issue: number): string[] {
  const refs = from.git("for-each-ref", "--format=%(objectname)", `refs/gza/backup/${issue}/`);
  return refs === "" ? [] : refs.split("\n");
}

function body(from: Story, { pull }: Record): string {
  return from.issue(pull ?? 0).body ?? "";
}

/** A commit of hers on top of the task's branch, as a person makes it. */
async function pushOn(from: Story, { branch, head }: Record, content: string): Promise<string> {
  const { git } = from.ada.rest;
  const tree = await git.createTree({
    ...where,
    base_tree: from.git("rev-parse", `${head}^{tree}`),
    tree: [{ path: "hers.txt", mode: "100644", type: "blob", content }],
  });
  const parents = [head ?? ""];
  const { data } = await git.createCommit({ ...where, message: "Mine", tree: tree.data.sha, parents });
  await git.updateRef({ ...where, ref: `heads/${branch}`, sha: data.sha });
  return data.sha;
}

describe.concurrent("a pull request that conflicts", () => {
  it("is put on the newest base with both sides kept, reviewed for what changed, and ready again", async () => {
    const script = {
      implement: { "1": [edit("two\n", "two\ntwo and a half\n")] },
      review: { "1": GOOD },
      rebase: { "1": [{ run: KEEP_BOTH }, { say: "Both lines stay." }] },
    };
    await using from = await begun({ config: REVIEWED, script });

    const issue = await from.ask();
    const before = await from.until(issue, isReady);
    await from.push("list.txt", LINES.replace("two\n", "two\ntwo and a quarter\n"));
    const after = await from.until(issue, (record) => isReady(record) && record.head !== before.head);

    expect(rebases(after)).toEqual(["completed in 2"]);
    expect(after.attempts.at(-1)).toMatchObject({ kind: "review", how: "range", end: "completed" });
    expect(from.git("show", `${after.head}:list.txt`)).toContain("two and a quarter");
    expect(from.git("show", `${after.head}:list.txt`)).toContain("two and a half");
    expect(from.git("merge-base", after.head ?? "", "main")).toBe(from.git("rev-parse", "main"));
    expect(kept(from, issue)).toEqual([before.head]);
    expect(body(from, after)).toContain("- conflict: `list.txt` (content), settled by agent.");
    expect(twice(from, issue)).toEqual([]);
  });

  it("that nobody can reconcile waits with both sides shown, and goes on when she merges the base", async () => {
    const words = JSON.stringify({ outcome: "gave_up", text: "Two cannot be both 2 and II." });
    const script = {
      implement: { "1": [edit("two\n", "2\n")] },
      rebase: { "1": [{ say: `\`\`\`json\n${words}\n\`\`\`` }] },
    };
    await using from = await begun({ script });

    const issue = await from.ask();
    const before = await from.until(issue, isReady);
    await from.push("list.txt", LINES.replace("two\n", "II\n"));
    const parked = await from.until(issue, isParked);
    const said = from.said(issue).join("\n");
    const { git } = from.ada.rest;
    const tree = from.git("rev-parse", `${parked.head}^{tree}`);
    const parents = [parked.head ?? "", from.git("rev-parse", "main")];
    const merge = await git.createCommit({ ...where, message: "Take mine", tree, parents });
    await git.updateRef({ ...where, ref: `heads/${parked.branch}`, sha: merge.data.sha });
    const ready = await from.until(issue, isReady);

    expect(parked).toMatchObject({ reason: "conflict", head: before.head });
    expect(said).toContain("Two cannot be both 2 and II.");
    expect(said).toMatch(/This pull request has:\n```\n2\n```/);
    expect(said).toMatch(/main has:\n```\nII\n```/);
    expect(ready).toMatchObject({ head: merge.data.sha, theirs: true, shared: true });
    expect(kept(from, issue)).toEqual([]);
  });

  it("and has a person's commits is hers to bring forward; on her word the base is merged in, and nothing rewritten", async () => {
    const script = {
      implement: { "1": [edit("two\n", "2\n")] },
      rebase: { "1": [{ run: KEEP_BOTH }, { say: "Both." }] },
    };
    await using from = await begun({ script });

    const issue = await from.ask();
    const made = await from.until(issue, isReady);
    const hers = await pushOn(from, made, "Mine.\n");
    await from.until(issue, (record) => isReady(record) && record.head === hers);
    await from.push("list.txt", LINES.replace("two\n", "II\n"));
    const parked = await from.until(issue, isParked);
    await from.say(issue, "/gza rebase");
    const ready = await from.until(issue, isReady);

    expect(parked).toMatchObject({ reason: "theirs", head: hers });
    expect(from.said(issue).join("\n")).toContain("they conflict with main");
    expect(from.git("log", "--format=%H", ready.head ?? "").split("\n")).toContain(hers);
    expect(from.git("show", "--no-patch", "--format=%P", ready.head ?? "").split(" ")[0]).toBe(hers);
    expect(from.git("show", `${ready.head}:list.txt`)).toContain("2\nII");
  });

  it("only in a generated file has it written anew by its tool, without a model", async () => {
    const config = `${BY_ITSELF}rebase: {regenerate: {count.txt: "wc -l < list.txt > count.txt"}}\n`;
    const implement = { "1": [edit("two\n", "two\nmore\n"), { run: "wc -l < list.txt > count.txt" }] };
    const files = { "count.txt": "7\n", "other.txt": "x\n" };
    await using from = await begun({ config, script: { implement }, files });
    from.playground.actions.hold();

    const issue = await from.ask();
    await from.quiet();
    await from.push("count.txt", "seven\n");
    from.playground.actions.release();
    const done = await from.until(issue, isMerged);

    expect(rebases(done)).toEqual(["completed in 0"]);
    expect(done.attempts.find(({ kind }) => kind === "rebase")?.usd).toBe(0);
    expect(from.git("show", "main:count.txt")).toBe("8");
    expect(from.said(issue).join("\n")).toContain("git alone, no model, $0");
  });
});

describe.concurrent("a pull request that does not", () => {
  it("keeps its verdict over a rebase that leaves the patch as it was", async () => {
    const script = { implement: { "1": [edit("two\n", "2\n")] }, review: { "1": GOOD } };
    await using from = await begun({ config: REVIEWED, script });

    const issue = await from.ask();
    const before = await from.until(issue, isReady);
    await from.push("other.txt", "other\n");
    await from.quiet();
    await from.say(issue, "/gza rebase");
    const after = await from.until(issue, (record) => isReady(record) && record.head !== before.head);

    expect(after.verdict).toMatchObject({ head: after.head, value: "approved", carried_from: before.head });
    expect(after.attempts.filter(({ kind }) => kind === "review")).toHaveLength(1);
    expect(rebases(after)).toEqual(["completed in 0"]);
    expect(kept(from, issue)).toEqual([before.head]);
    expect(body(from, after)).toContain("The patch is unchanged, so the verdict stands.");
  });

  it("is left alone when the base moves on, and says so when a rebase is asked for in vain", async () => {
    await using from = await begun({ script: { implement: { "1": [edit("two\n", "2\n")] } } });

    const issue = await from.ask();
    const before = await from.until(issue, isReady);
    await from.say(issue, "/gza rebase");
    await from.settle();
    await from.push("other.txt", "other\n");
    const after = await from.until(issue, isReady);

    expect(after.attempts).toEqual(before.attempts);
    expect(from.said(issue).join("\n")).toContain("there is nothing to rebase");
  });
});

describe.concurrent("merging", () => {
  it("goes through the merge queue where the review's check is required, and not where it is not", async () => {
    const script = { implement: { "1": [edit("two\n", "2\n")] }, review: { "1": GOOD } };
    await using from = await begun({ config: REVIEWED, script });
    setMergeQueue(from.repository, "main", { method: "squash" });

    const issue = await from.ask();
    await from.until(issue, isReady);
    await from.say(issue, "/gza merge");
    const parked = await from.until(issue, isParked);
    const [rule] = from.repository.protections;
    Object.assign(rule ?? {}, { requiredChecks: ["gza / review"] });
    await from.say(issue, "/gza merge");
    const done = await from.until(issue, isMerged);

    expect(parked.reason).toBe("merge_refused");
    expect(from.said(issue).join("\n")).toContain(
      "has a merge queue, and the check `gza / review` is not required",
    );
    expect(done.reason).toBe("merged");
    expect(from.git("show", "main:list.txt")).toContain("2\n");
    expect(from.issue(issue).state).toBe("closed");
  });

  it("is GitHub's as soon as a person approves, where only that is missing", async () => {
    const script = { implement: { "1": [edit("two\n", "2\n")] }, review: { "1": GOOD } };
    await using from = await begun({ config: REVIEWED, script });
    const rule = { pattern: "main", requiredChecks: ["gza / review"], strict: false, pullRequired: true };
    from.repository.protections = [{ ...rule, requiredApprovals: 1, enforceAdmins: true }];
    from.repository.allowAutoMerge = true;

    const issue = await from.ask();
    const ready = await from.until(issue, isReady);
    await from.say(issue, "/gza merge");
    const waits = await from.until(issue, ({ reason }) => reason === "waits_for_merge");
    const review = { ...where, pull_number: waits.pull ?? 0, event: "APPROVE" as const };
    await from.ada.rest.pulls.createReview(review);
    const done = await from.until(issue, isMerged);

    expect(waits.head).toBe(ready.head);
    expect(done.reason).toBe("merged");
    expect(from.git("log", "-1", "--format=%B", "main")).toMatch(
      /^Write a note \(#\d+\)\n\nCloses #1\n\n[^]*Gza-Task: #1\nGza-Asked-By: ada\nGza-Attempts: 2\n/,
    );
  });

  it("that GitHub does by itself is not kept from it by a base that has moved on, once a person has approved", async () => {
    const script = { implement: { "1": [edit("two\n", "2\n")] }, review: { "1": GOOD } };
    await using from = await begun({ config: REVIEWED, script });
    const rule = { pattern: "main", requiredChecks: ["gza / review"], strict: true, pullRequired: true };
    from.repository.protections = [{ ...rule, requiredApprovals: 1, enforceAdmins: false }];
    from.repository.allowAutoMerge = true;

    const issue = await from.ask();
    const ready = await from.until(issue, isReady);
    await from.say(issue, "/gza merge");
    await from.until(issue, ({ reason }) => reason === "waits_for_merge");
    await from.push("other.txt", "other\n");
    await from.quiet();
    const waits = from.record(issue);
    const review = { ...where, pull_number: ready.pull ?? 0, event: "APPROVE" as const };
    await from.ada.rest.pulls.createReview(review);
    const done = await from.until(issue, isMerged);

    expect(waits).toMatchObject({ reason: "waits_for_merge", head: ready.head });
    expect(rebases(done)).toEqual(["completed in 0"]);
    expect(done.verdict?.carried_from).toBe(ready.head);
    expect(from.git("show", "main:list.txt")).toContain("2\n");
  });

  it("can be taken back by a pull request of its own", async () => {
    await using from = await begun({
      config: BY_ITSELF,
      script: { implement: { "1": [edit("two\n", "2\n")] } },
    });

    const issue = await from.ask();
    const done = await from.until(issue, isMerged);
    await from.say(issue, "/gza revert");
    await from.settle();
    const said = from.said(issue).join("\n");
    const opened = Number(/Opened #(\d+), which takes #\d+ back/.exec(said)?.[1]);
    await from.ada.rest.pulls.merge({ ...where, pull_number: opened });

    expect(said).toContain(`which takes #${done.pull} back`);
    expect(from.git("show", "main:list.txt")).toBe(LINES.trim());
    expect(from.record(issue)).toMatchObject({ phase: "done", reason: "merged" });
  });

  it("does not happen while the stop label is on, in GitHub's queue neither", async () => {
    const script = { implement: { "1": [edit("two\n", "2\n")] }, review: { "1": GOOD } };
    await using from = await begun({ config: REVIEWED, script });
    const rule = { pattern: "main", requiredChecks: ["gza / review"], strict: false, pullRequired: true };
    from.repository.protections = [{ ...rule, requiredApprovals: 1, enforceAdmins: true }];
    from.repository.allowAutoMerge = true;

    const issue = await from.ask();
    await from.until(issue, isReady);
    await from.say(issue, "/gza merge");
    await from.until(issue, ({ reason }) => reason === "waits_for_merge");
    await from.ada.rest.issues.addLabels({ ...where, issue_number: issue, labels: ["gza:stop"] });
    const held = await from.until(issue, ({ reason }) => reason === "waits_for_stop");
    await from.ada.rest.pulls.createReview({ ...where, pull_number: held.pull ?? 0, event: "APPROVE" });
    await from.settle();
    const state = from.issue(held.pull ?? 0).state;
    await from.ada.rest.issues.removeLabel({ ...where, issue_number: issue, name: "gza:stop" });
    const done = await from.until(issue, isMerged);

    expect(state).toBe("open");
    expect(done.reason).toBe("merged");
  });
});
