/** Replaced heads are kept for a while after the attempt that replaced them, and longer while they are needed. */
import { expect, test } from "vitest";
import { backupRef, taskRef } from "../../src/domain/names.ts";
import { readRefs } from "../../src/github/refs.ts";
import { sweepRepository } from "../../src/github/sweep-repository.ts";
import { attempt } from "../domain/snapshots.ts";
import { smallRepository } from "./small-repository.ts";
import { changeRecord, look, taskOnBranch } from "./task-on-branch.ts";

const where = { owner: "ada", repo: "engine" };
const LONG_AGO = "2020-01-01T00:00:00Z";

test("the sweep removes those that are old and not needed, by the time that the config names", async () => {
  await using small = await smallRepository({ ".github/gza.yml": "keep: 30d\n" });
  const living = await taskOnBranch(small);
  const done = await taskOnBranch(small);
  const broken = await taskOnBranch(small);
  const { now, repository } = await look(small, living.issue);
  const sha = repository.defaultHead;
  const daysAgo = (days: number): string => new Date(Date.parse(now) - days * 86_400_000).toISOString();
  const rebased = { attempt: 4, before: sha, head: sha, onto: sha };
  await changeRecord(small, living.issue, {
    since: LONG_AGO,
    rebased,
    attempts: [
      attempt({ n: 1, ended: daysAgo(31), end: "completed" }),
      attempt({ n: 2, ended: daysAgo(29), end: "completed" }),
      attempt({ n: 4, ended: daysAgo(31), end: "completed" }),
    ],
  });
  await changeRecord(small, done.issue, { phase: "done", reason: "merged", since: LONG_AGO, rebased });
  await small.ada.rest.git.updateRef({
    ...where,
    ref: taskRef(broken.issue).replace("refs/", ""),
    sha,
    force: true,
  });
  const names = {
    old: backupRef(living.issue, 1),
    young: backupRef(living.issue, 2),
    forgotten: backupRef(living.issue, 3),
    needed: backupRef(living.issue, 4),
    over: backupRef(done.issue, 4),
    unreadable: backupRef(broken.issue, 1),
    nobodys: backupRef(999, 1),
  };
  for (const ref of Object.values(names)) await small.ada.rest.git.createRef({ ...where, ref, sha });

  const { removed } = await sweepRepository(small.client, small.place, { key: small.observer.key });
  const refs = await readRefs(small.client, small.place, Object.values(names));

  const left = Object.entries(names).filter(([, ref]) => refs.get(ref) !== null);
  expect(left.map(([name]) => name)).toEqual(["young", "needed", "unreadable", "nobodys"]);
  expect(removed.toSorted()).toEqual(
    [`${living.issue}/1`, `${living.issue}/3`, `${done.issue}/4`].map((name) => `backup ${name}`),
  );
});

test("the sweep names the bases on which living tasks have pull requests", async () => {
  await using small = await smallRepository();
  const open = await taskOnBranch(small);
  await changeRecord(small, open.issue, { pull: 50, base: "release" });
  const over = await taskOnBranch(small);
  await changeRecord(small, over.issue, { pull: 51, phase: "done", reason: "merged" });
  await taskOnBranch(small);

  const { bases } = await sweepRepository(small.client, small.place, { key: small.observer.key });

  expect(bases).toEqual(["release"]);
});
