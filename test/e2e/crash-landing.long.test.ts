/** The app is killed around what it does to land: rebases, what it leaves GitHub to merge, and what it takes back are there once. */
import { describe, expect, it } from "vitest";
import type { Record } from "../../src/domain/record.ts";
import { aroundEach, killer } from "./killer.ts";
import { story, twice, type Story } from "./world.ts";

const CONFIG = "agents: {default: {agent: scripted}}\nreview: {enabled: false}\n";
const BY_ITSELF = `${CONFIG}merge: {when: approved}\n`;
const REVIEWED = "agents: {default: {agent: scripted}}\n";
const LINES = "one\ntwo\nthree\n";
const SCRIPT = {
  implement: { "1": [{ edit: { path: "list.txt", find: "two\n", replace: "2\n" } }] },
  review: { "1": [{ json: { summary: "Good.", findings: [] } }] },
  rebase: {
    "1": [
      { run: "sed -i -e '/^<<<<<<< /d' -e '/^||||||| /,/^=======$/d' -e '/^>>>>>>> /d' list.txt" },
      { say: "Both." },
    ],
  },
};
const where = { owner: "ada", repo: "engine" };

/** From the push to the base on. */
const REBASE = ["move 1", "dispatch 1", "move 2", "edit_pull 1", "say 1"];
/** From her word on. */
const REVERT = ["react 1", "revert_pull 1", "move 1", "say 1"];
/** From her word on, on a base that wants her approval too; then she calls it off. */
const WAIT = ["auto_merge 1", "hold_merge 1"];

const isReady = ({ phase }: Record): boolean => phase === "ready";

function begun(config: string): Promise<Story> {
  return story({ config, files: { "list.txt": LINES }, script: SCRIPT });
}

describe.concurrent("a pull request that is rebased", () => {
  it.each(aroundEach(REBASE))("is so once when the app dies $when $what", async ({ what, when }) => {
    await using from = await begun(CONFIG);
    const killed = killer(what, when);
    await from.begin();
    const issue = await from.ask();
    const before = await from.until(issue, isReady);
    await from.begin(killed.interrupt);

    await from.push("list.txt", LINES.replace("two\n", "II\n"));
    const after = await from.until(issue, (record) => isReady(record) && record.head !== before.head);
    await from.settle();

    expect(killed.done()).toBe(true);
    expect(after.attempts.map(({ kind, end }) => `${kind} ${end}`)).toEqual([
      "implement completed",
      "rebase completed",
    ]);
    expect(from.git("for-each-ref", "--format=%(objectname)", "refs/gza/backup/")).toBe(before.head);
    expect(from.issue(after.pull ?? 0).body?.match(/\*\*Rebase, attempt/g)).toHaveLength(1);
    expect(twice(from, issue)).toEqual([]);
  });
});

describe.concurrent("a merge that is taken back", () => {
  it.each(aroundEach(REVERT))("is so once when the app dies $when $what", async ({ what, when }) => {
    await using from = await begun(BY_ITSELF);
    const killed = killer(what, when);
    await from.begin();
    const issue = await from.ask();
    await from.until(issue, ({ phase, intents }) => phase === "done" && intents.length === 0);
    await from.begin(killed.interrupt);

    await from.say(issue, "/gza revert");
    await from.until(issue, () => from.said(issue).some((body) => body.includes("which takes #")));

    const open = [...from.repository.issues.values()].filter(({ pull, state }) => pull && state === "open");
    expect(killed.done()).toBe(true);
    expect(open).toHaveLength(1);
    expect(twice(from, issue)).toEqual([]);
  });
});

describe.concurrent("a merge that is left to GitHub and called off", () => {
  it.each(aroundEach(WAIT))("does not happen when the app dies $when $what", async ({ what, when }) => {
    await using from = await begun(REVIEWED);
    const rule = { pattern: "main", requiredChecks: ["gza / review"], strict: false, pullRequired: true };
    from.repository.protections = [{ ...rule, requiredApprovals: 1, enforceAdmins: true }];
    from.repository.allowAutoMerge = true;
    const killed = killer(what, when);
    await from.begin();
    const issue = await from.ask();
    await from.until(issue, isReady);
    await from.begin(killed.interrupt);

    await from.say(issue, "/gza merge");
    const waits = await from.until(issue, ({ reason }) => reason === "waits_for_merge");
    await from.say(issue, "/gza cancel");
    await from.until(issue, ({ phase, intents }) => phase === "cancelled" && intents.length === 0);
    await from.ada.rest.pulls.createReview({ ...where, pull_number: waits.pull ?? 0, event: "APPROVE" });
    await from.settle();

    expect(killed.done()).toBe(true);
    expect(from.issue(waits.pull ?? 0).state).toBe("open");
    expect(twice(from, issue)).toEqual([]);
  });
});
