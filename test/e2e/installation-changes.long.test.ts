/** What owners do to the App's installation and to the set-up while a task is under way, and how it goes on by itself when that is mended. */
import { describe, expect, it } from "vitest";
import {
  acceptPermissions,
  changeReach,
  suspendInstallation,
  uninstallApp,
  unsuspendInstallation,
} from "../../src/playground/installations.ts";
import type { Installation } from "../../src/playground/model/people.ts";
import { begun, bringBack, running, stillWanted } from "./by-hand.ts";
import { twice, type Story } from "./world.ts";

const where = { owner: "ada", repo: "engine" };
const MOVES = ["the record is made", "the claim"] as const;
const NAMES: { [kind: string]: string } = { dispatch: "the dispatch", edit_status: "the status is said" };
const WORKFLOW = ".github/workflows/gza.yml";

describe("an installation", () => {
  it.each([
    "before the record is made",
    "after the record is made",
    "before the claim",
    "after the claim",
    "before the dispatch",
    "after the dispatch",
    "before the status is said",
    "after the status is said",
  ])(
    "F35: suspended %s: nothing more is tried, and once that is lifted nothing is done twice",
    async (point) => {
      await using began = await begun();
      const { from } = began;
      const { world } = from.playground;
      const installation = installationOf(from);
      const reached = new Set<string>();
      const app = await from.begin(({ when, what }) => {
        const name =
          what === "move" ? MOVES[reached.has("after the record is made") ? 1 : 0] : NAMES[what.kind];
        const here = `${when} ${name ?? "anything else"}`;
        if (here === point && !reached.has(point)) suspendInstallation(world, installation);
        reached.add(here);
      });

      const issue = await from.ask();
      await from.quiet();
      const meanwhile = app.inbox.status();
      const isSuspended = installation.suspendedAt !== null;
      unsuspendInstallation(world, installation);
      await from.quiet();
      // So long an announced thing may stay unseen.
      from.pass(130_000);
      await app.sweep();
      await from.quiet();

      expect([isSuspended, meanwhile]).toEqual([true, { waiting: 0, running: 0, oldestDue: null }]);
      expect(from.record(issue)).toMatchObject({ phase: "running", spent: { attempts: 0 } });
      expect(stillWanted(from)).toEqual([
        expect.stringContaining(from.record(issue)?.attempt?.job ?? "none"),
      ]);
      expect(twice(from, issue)).toEqual([]);
    },
  );

  it("F35: taken away and made anew: its tasks go on under the new one", async () => {
    await using began = await begun();
    const { from } = began;
    const { playground, repository } = from;
    const issue = await running(from);
    const app = playground.world.apps.get(installationOf(from).appId);
    if (!app) throw new Error("the App is gone");

    uninstallApp(playground.world, installationOf(from));
    await from.quiet();
    const before = requestsOf(from).length;
    await began.sweep();
    await from.quiet();
    const meanwhile = requestsOf(from)
      .slice(before)
      .map(({ path }) => path);
    playground.install(app, "ada", [repository]);
    await bringBack(from, issue);
    await from.quiet();
    await began.sweep();
    await from.quiet();

    expect(meanwhile.filter((path) => !path.startsWith("/app/"))).toEqual([]);
    expect(from.record(issue)).toMatchObject({ phase: "ready", spent: { attempts: 1 } });
    expect(twice(from, issue)).toEqual([]);
  });

  it("F35: a repository taken out of it and put back: its tasks wait, and go on", async () => {
    await using began = await begun();
    const { from } = began;
    const { playground, repository } = from;
    const issue = await running(from);
    const installation = installationOf(from);

    changeReach(playground.world, { installation, repositories: [] });
    await from.quiet();
    const before = requestsOf(from).length;
    await bringBack(from, issue);
    await began.sweep();
    await from.quiet();
    const meanwhile = requestsOf(from)
      .slice(before)
      .map(({ path }) => path);
    changeReach(playground.world, { installation, repositories: [repository] });
    await from.quiet();

    expect(meanwhile.filter((path) => /Snapshot|UpdateRefs/.test(path))).toEqual([]);
    expect(from.record(issue)).toMatchObject({ phase: "ready", spent: { attempts: 1 } });
    expect(twice(from, issue)).toEqual([]);
  });

  it.each([
    ["actions", "read", "actions: write"],
    ["actions", null, "actions: write"],
    ["checks", "read", "checks: write"],
    ["checks", null, "checks: write"],
    ["pull_requests", "read", "pull_requests: write"],
    ["statuses", null, "statuses: read"],
  ] as const)(
    "F36: with %s only at %s: said once with the place to grant it, tried no more, and begun when it is granted",
    async (name, access, missing) => {
      await using began = await begun();
      const { from } = began;
      const installation = installationOf(from);
      if (access === null) delete installation.permissions[name];
      else installation.permissions[name] = access;

      const issue = await from.ask();
      await from.quiet();
      const told = from.said(issue).filter((body) => body.includes(missing));
      const refused = requestsOf(from).filter(({ status }) => status === 403).length;
      await began.sweep();
      await from.quiet();
      const parked = from.record(issue);
      acceptPermissions(from.playground.world, installation);
      await from.quiet();

      expect(parked).toMatchObject({ phase: "parked", reason: "setup", attempts: [] });
      expect(told.filter((body) => body.includes(`/settings/installations/${installation.id}`))).not.toEqual(
        [],
      );
      expect([refused, requestsOf(from).filter(({ status }) => status === 403).length]).toEqual([0, 0]);
      expect(from.record(issue)).toMatchObject({ phase: "running" });
      expect(twice(from, issue)).toEqual([]);
    },
  );
});

describe("F24: a workflow that cannot be started", () => {
  it.each([
    ["is not there", "is not on the default branch"],
    ["is switched off by hand", "is switched off"],
    ["does not parse", "did not let GZA start the workflow"],
    ["belongs to a repository without Actions", "did not let GZA start the workflow"],
  ])("that %s: said once with what to do, and begun when it is mended", async (what, words) => {
    await using began = await begun();
    const { from } = began;
    const { repository } = from;
    const text = from.git("show", `main:${WORKFLOW}`);
    if (what === "is not there") await remove(from);
    if (what === "does not parse") await from.push(WORKFLOW, "on: [workflow_dispatch\n");
    if (what.endsWith("without Actions")) repository.actions.enabled = false;
    if (what.startsWith("is switched off")) {
      await from.ada.rest.actions.listRepoWorkflows(where);
      for (const workflow of repository.workflows) workflow.state = "disabled_manually";
    }

    const issue = await from.ask();
    await from.quiet();
    await began.sweep();
    await from.quiet();
    const parked = from.record(issue);
    const told = from.said(issue).filter((body) => body.includes(words));
    if (what === "is not there" || what === "does not parse") await from.push(WORKFLOW, `${text}\n`);
    repository.actions.enabled = true;
    for (const workflow of repository.workflows) workflow.state = "active";
    await from.say(issue, "/gza retry");
    await from.quiet();

    expect(parked).toMatchObject({ phase: "parked", reason: "setup" });
    expect(told).not.toEqual([]);
    expect(from.record(issue)).toMatchObject({ phase: "running" });
    expect(twice(from, issue)).toEqual([]);
  });
});

function installationOf({ playground }: Story): Installation {
  const [installation] = playground.world.installations.values();
  if (!installation) throw new Error("the App is not installed");
  return installation;
}

/** Those of the App, as itself and as its installation. */
function requestsOf({ playground }: Story) {
  return playground
    .requests()
    .filter(({ actor }) => actor === "gza[bot]" || actor === "gza" || actor === null);
}

async function remove({ ada, git }: Story): Promise<void> {
  const sha = git("rev-parse", `main:${WORKFLOW}`);
  await ada.rest.repos.deleteFile({ ...where, path: WORKFLOW, message: "Remove", sha });
}
