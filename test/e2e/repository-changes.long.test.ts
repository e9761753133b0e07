/** What people do to issues, pull requests, branches and repositories while a task is under way, and what the task does then. */
import { describe, expect, it } from "vitest";
import { convertToDiscussion, deleteIssue, transferIssue } from "../../src/playground/departures.ts";
import { renameBranch } from "../../src/playground/rename-branch.ts";
import { begun, bringBack, landed, running, stillWanted } from "./by-hand.ts";
import { twice, type Story } from "./world.ts";

const where = { owner: "ada", repo: "engine" };
const REVIEWED = { config: "agents: {default: {agent: scripted}}\n" };

const READY =
  "mutation($pull: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $pull}) { clientMutationId } }";

describe("the pull request while a review is in flight", () => {
  it.each([
    ["closed", { phase: "cancelled", reason: "pull_closed" }],
    ["merged", { phase: "done", reason: "merged" }],
    ["left without its branch", { phase: "cancelled", reason: "pull_closed" }],
  ])("F27: %s: the run is cancelled and nothing of it lands", async (what, end) => {
    await using began = await begun(REVIEWED);
    const { from } = began;
    const { issue, pull, record } = await landed(from, began.sweep);
    const { pulls, git } = from.ada.rest;
    expect(record).toMatchObject({ phase: "running", attempt: { kind: "review" } });

    if (what === "closed") await pulls.update({ ...where, pull_number: pull, state: "closed" });
    else if (what === "merged") {
      const { data } = await pulls.get({ ...where, pull_number: pull });
      await from.ada.graphql(READY, { pull: data.node_id, baseUrl: `${from.playground.url}/api` });
      await pulls.merge({ ...where, pull_number: pull });
    } else await git.deleteRef({ ...where, ref: `heads/${record.branch ?? ""}` });
    await from.quiet();

    expect(from.record(issue)).toMatchObject({ ...end, attempt: null });
    expect(stillWanted(from)).toEqual([]);
    expect(twice(from, issue)).toEqual([]);
  });

  it("F28: closed and opened again: the task goes on where it stood", async () => {
    await using began = await begun();
    const { from } = began;
    const { issue, pull, record } = await landed(from, began.sweep);
    const { pulls } = from.ada.rest;

    await pulls.update({ ...where, pull_number: pull, state: "closed" });
    await from.quiet();
    const closed = from.record(issue);
    await pulls.update({ ...where, pull_number: pull, state: "open" });
    await from.quiet();

    expect(closed).toMatchObject({ phase: "cancelled", reason: "pull_closed" });
    expect(from.record(issue)).toMatchObject({ phase: record.phase, pull, head: record.head, generation: 1 });
    expect(twice(from, issue)).toEqual([]);
  });
});

describe("the issue while an attempt is in flight", () => {
  it("F29: edited: the attempt works on the text as it was, and the status says so", async () => {
    await using began = await begun();
    const { from } = began;
    const issue = await running(from);
    const before = from.record(issue);

    await from.ada.rest.issues.update({
      ...where,
      issue_number: issue,
      body: "It is missing, and so is its end.",
    });
    await from.quiet();
    await bringBack(from, issue);
    await began.sweep();
    await from.quiet();

    expect(from.record(issue)).toMatchObject({
      brief: before?.brief,
      generation: 1,
      pull: expect.any(Number),
    });
    expect(from.said(issue).join("\n")).toContain("The issue's text was changed after the work had begun");
  });

  it("F30: without its label: the run is cancelled and the branch stays", async () => {
    await using began = await begun(REVIEWED);
    const { from } = began;
    const { issue, record } = await landed(from, began.sweep);

    await from.ada.rest.issues.removeLabel({ ...where, issue_number: issue, name: "gza" });
    await from.quiet();

    expect(from.record(issue)).toMatchObject({ phase: "cancelled", reason: "unlabelled", attempt: null });
    expect(stillWanted(from)).toEqual([]);
    expect(from.git("rev-parse", `refs/heads/${record.branch ?? ""}`)).toBe(record.head);
  });

  it.each([1, 5])(
    "F31: without its label and with it again, %i times at once: one new run, and the old one is cancelled",
    async (times) => {
      await using began = await begun();
      const { from } = began;
      const { issues } = from.ada.rest;
      const issue = await running(from);

      for (let toggle = 0; toggle < times; toggle += 1) {
        from.pass(1000);
        await issues.removeLabel({ ...where, issue_number: issue, name: "gza" });
        from.pass(1000);
        await issues.addLabels({ ...where, issue_number: issue, labels: ["gza"] });
      }
      await from.quiet();

      expect(from.record(issue)).toMatchObject({ phase: "running" });
      expect(stillWanted(from)).toEqual([
        expect.stringContaining(from.record(issue)?.attempt?.job ?? "none"),
      ]);
    },
  );
});

describe("an issue that leaves while an attempt is in flight", () => {
  const ways: { [way: string]: (from: Story, issue: number) => Promise<void> | void } = {
    transferred: async ({ playground, repository, issue }, number) => {
      const to = await playground.createRepository({
        owner: "ada",
        name: "attic",
        files: { "README.md": "# Attic\n" },
      });
      transferIssue(playground.world, repository, issue(number), { ...by(repository), to });
    },
    deleted: ({ playground, repository, issue }, number) =>
      deleteIssue(playground.world, repository, issue(number), by(repository)),
    "made a discussion": ({ playground, repository, issue }, number) =>
      convertToDiscussion(playground.world, repository, issue(number), by(repository)),
  };

  it.each(Object.entries(ways))(
    "F32: %s: it is called off, its run is cancelled and nothing more is said there",
    async (way, leave) => {
      await using began = await begun();
      const { from } = began;
      const issue = await running(from);
      const before = from.playground.requests().length;

      await leave(from, issue);
      await from.quiet();
      // By then nobody waits to see anything done there any more.
      for (const _ of [1, 2]) {
        from.pass(180_000);
        await began.sweep();
        await from.quiet();
      }

      const reason = way === "made a discussion" ? "issue_closed" : "issue_gone";
      expect(from.record(issue)).toMatchObject({ phase: "cancelled", reason, attempt: null, intents: [] });
      expect(stillWanted(from)).toEqual([]);
      expect(refusals(from, before)).toEqual([]);
    },
  );

  it("F32: locked: the work goes on without a word there", async () => {
    await using began = await begun();
    const { from } = began;
    const issue = await running(from);
    const said = from.said(issue);
    const before = from.playground.requests().length;

    await from.ada.rest.issues.lock({ ...where, issue_number: issue });
    await from.quiet();
    await bringBack(from, issue);
    await began.sweep();
    await from.quiet();

    expect(from.record(issue)).toMatchObject({ phase: "ready", pull: expect.any(Number) });
    expect(from.issue(issue).labels).toContain("gza:ready");
    expect(from.said(issue)).toEqual(said);
    expect(refusals(from, before)).toEqual([]);
  });

  it("F32: locked right before something is said: it is not said, and nothing else is kept from being done", async () => {
    await using began = await begun();
    const { from } = began;
    const issue = await running(from);
    let wasLocked = false;
    await from.begin(({ when, what }) => {
      if (when !== "before" || what === "move" || !["say", "edit_status"].includes(what.kind)) return;
      if (!wasLocked) from.issue(issue).locked = true;
      wasLocked = true;
    });

    await from.say(issue, "/gza status");
    await from.quiet();
    const refused = refusals(from, 0);
    await from.ada.rest.issues.unlock({ ...where, issue_number: issue });
    await from.say(issue, "/gza help");
    await from.quiet();

    expect(refused.length).toBeGreaterThan(0);
    // A task that failed would be left alone for a minute.
    expect(from.said(issue).join("\n")).toContain("What you can say now");
    expect(from.record(issue)).toMatchObject({ phase: "running", attempt: { n: 1 } });
  });
});

it("F34: a command counts by what its author may do when it is carried out, not when it was written", async () => {
  await using began = await begun();
  const { from } = began;
  const issue = await running(from);
  from.repository.collaborators.set(eveId(from), "write");
  from.playground.webhooks.hold();

  await from.eve.rest.issues.createComment({ ...where, issue_number: issue, body: "/gza cancel" });
  from.repository.collaborators.delete(eveId(from));
  const app = await from.begin();
  await app.sweep();
  await from.quiet();

  expect(from.record(issue)).toMatchObject({ phase: "running", attempt: { n: 1 } });
  expect(from.said(issue).join("\n")).toContain("Only people who can push to this repository");
});

it("F38: the task's branch protected while an attempt is in flight: said once with the rule, the work is kept, and it lands when that is over", async () => {
  await using began = await begun();
  const { from } = began;
  const { issue, pull, record } = await landed(from, began.sweep);
  await from.say(issue, "/gza improve Say more");
  await from.quiet();
  const rule = { requiredChecks: [], strict: false, requiredApprovals: 0, enforceAdmins: true };
  from.repository.protections.push({ ...rule, pattern: "gza/*", pullRequired: true });

  await bringBack(from, issue);
  await began.sweep();
  await from.quiet();
  const parked = from.record(issue);
  from.repository.protections.splice(0);
  await from.say(issue, "/gza retry");
  await from.quiet();
  await bringBack(from, issue);
  await began.sweep();
  await from.quiet();

  expect(parked).toMatchObject({ phase: "parked", reason: "setup", head: record.head, pull });
  const told = from
    .said(issue)
    .filter((body) => body.includes("Changes must be made through a pull request."));
  expect(told).toHaveLength(1);
  expect(from.record(issue)).toMatchObject({ phase: "ready", spent: { attempts: 3 } });
  expect(from.record(issue)?.head).not.toBe(record.head);
});

it("F38: the base protected: a merge that it refuses is said with GitHub's words", async () => {
  await using began = await begun();
  const { from } = began;
  const { issue, pull } = await landed(from, began.sweep);
  const rule = { requiredChecks: [], strict: false, requiredApprovals: 2, enforceAdmins: true };
  from.repository.protections.push({ ...rule, pattern: "main", pullRequired: true });

  await from.say(pull, "/gza merge");
  await from.quiet();

  expect(from.record(issue)).toMatchObject({ phase: "parked", reason: "merge_refused" });
  expect(from.said(issue).join("\n")).toMatch(/GitHub refused the merge: .+review/i);
});

it("F37: the default branch under another name: the attempt in flight lands, and its pull request is opened on it", async () => {
  await using began = await begun();
  const { from } = began;
  const issue = await running(from);

  await renameBranch(from.playground.world, from.repository, {
    ...by(from.repository),
    from: "main",
    to: "trunk",
  });
  await from.quiet();
  await bringBack(from, issue);
  await began.sweep();
  await from.quiet();

  const record = from.record(issue);
  expect(record).toMatchObject({ phase: "ready", base: "trunk", spent: { attempts: 1 } });
  expect(from.issue(record?.pull ?? 0).pull).toMatchObject({ baseRef: "trunk" });
});

it("F37: the repository under another name: the attempt in flight lands there, and nothing is done twice", async () => {
  await using began = await begun();
  const { from } = began;
  const issue = await running(from);

  await from.ada.rest.repos.update({ ...where, name: "loom" });
  await from.quiet();
  await bringBack(from, issue, { repo: "loom" });
  await began.sweep();
  await from.quiet();

  expect(from.record(issue)).toMatchObject({ phase: "ready", spent: { attempts: 1 } });
  expect(twice(from, issue)).toEqual([]);
});

function by({ ownerId }: Story["repository"]) {
  return { actorId: ownerId, token: null };
}

function eveId({ playground }: Story): number {
  return [...playground.world.users.values()].find(({ login }) => login === "eve")?.id ?? 0;
}

/** What the App asked for since and GitHub refused. */
function refusals({ playground }: Story, since: number): string[] {
  return playground
    .requests()
    .slice(since)
    .filter(({ actor, status }) => actor === "gza[bot]" && (status === 403 || status === 410))
    .map(({ method, path, status }) => `${method} ${path} ${status}`);
}
