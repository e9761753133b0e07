/** Refs move all together or not at all, only from where they are expected to be, and tell what they caused. */
import { expect, test } from "vitest";
import { listRefs } from "../../../src/playground/git/list-refs.ts";
import { resolve } from "../../../src/playground/git/objects.ts";
import { updateRefs, type RefUpdate } from "../../../src/playground/git/refs.ts";
import type { Token } from "../../../src/playground/model/people.ts";
import { smallWorld, type SmallWorld } from "../small-world.ts";

test("several refs move in one step, custom ones in silence and branches with a push", async () => {
  await using home = await smallWorld();
  const next = await home.commit(home.first, { "a.txt": "a\n" }, "Add a\n\nFor good.");

  await move(home, [
    { name: "refs/heads/main", before: home.first, after: next, force: false },
    { name: "refs/x/record", before: null, after: next, force: false },
  ]);

  expect(await listRefs(home.repository, "refs/")).toEqual([
    { name: "refs/heads/main", oid: next },
    { name: "refs/x/record", oid: next },
  ]);
  expect(home.happenings.map(({ name }) => name)).toEqual(["push"]);
  expect(home.happenings[0]?.payload).toMatchObject({
    ref: "refs/heads/main",
    before: home.first,
    after: next,
    created: false,
    deleted: false,
    forced: false,
    commits: [{ id: next, message: "Add a\n\nFor good.", added: ["a.txt"], modified: [], removed: [] }],
    head_commit: { id: next, author: { name: "Ada", email: "ada@example.com" } },
    pusher: { name: "ada" },
  });
});

test("a lost lease moves nothing and says which ref was stale", async () => {
  await using home = await smallWorld();
  const next = await home.commit(home.first, { "a.txt": "a\n" });
  const late = await home.commit(home.first, { "b.txt": "b\n" });
  await move(home, [{ name: "refs/x/record", before: null, after: next, force: false }]);

  const lost = move(home, [
    { name: "refs/heads/work", before: null, after: late, force: false },
    { name: "refs/x/record", before: home.first, after: late, force: true },
  ]);

  await expect(lost).rejects.toMatchObject({
    status: 409,
    errors: [{ field: "refs/x/record", code: "stale", message: `refs/x/record is at ${next}` }],
  });
  expect(await resolve(home.repository, "refs/heads/work")).toBeNull();
});

test("of many who want to create the same ref one wins", async () => {
  await using home = await smallWorld();
  const rivals = await Promise.all(
    [1, 2, 3, 4, 5].map((n) => home.commit(home.first, { "n.txt": `${n}\n` })),
  );

  const results = await Promise.allSettled(
    rivals.map((after) => move(home, [{ name: "refs/x/claim", before: null, after, force: false }])),
  );

  const won = results.flatMap(({ status }, index) => (status === "fulfilled" ? [rivals[index]] : []));
  expect(won).toEqual([await resolve(home.repository, "refs/x/claim")]);
});

test.each<[string, (home: SmallWorld) => Partial<RefUpdate>, string]>([
  ["a move back without force", () => ({ name: "refs/heads/work" }), "Update is not a fast forward"],
  ["an object that is not there", () => ({ after: "1".repeat(40) }), "Object does not exist"],
  [
    "deleting what is not there",
    () => ({ name: "refs/heads/none", after: null }),
    "Reference does not exist",
  ],
  ["a pull request's ref", () => ({ name: "refs/pull/1/head" }), "deny updating a hidden ref"],
  ["a malformed name", () => ({ name: "refs/heads/a..b" }), "refs/heads/a..b is not a valid ref name."],
  [
    "too short a name",
    () => ({ name: "refs/x" }),
    "Reference name must contain at least three slash-separated components.",
  ],
])("%s is refused", async (_, update, message) => {
  await using home = await smallWorld();
  const ahead = await home.commit(home.first, { "a.txt": "a\n" });
  await move(home, [{ name: "refs/heads/work", after: ahead, force: false }]);

  const refused = move(home, [{ name: "refs/x/y", after: home.first, force: false, ...update(home) }]);

  await expect(refused).rejects.toMatchObject({ status: 422, message });
});

test("a forced move back is announced as forced, a removed branch as deleted", async () => {
  await using home = await smallWorld();
  const ahead = await home.commit(home.first, { "a.txt": "a\n" });
  const name = "refs/heads/work";

  await move(home, [{ name, after: ahead, force: false }]);
  await move(home, [{ name, after: home.first, force: true }]);
  await move(home, [{ name, before: home.first, after: null, force: false }]);

  expect(
    home.happenings.map((one) => [
      one.name,
      one.payload["created"],
      one.payload["forced"],
      one.payload["deleted"],
    ]),
  ).toEqual([
    ["create", undefined, undefined, undefined],
    ["push", true, false, false],
    ["push", false, true, false],
    ["delete", undefined, undefined, undefined],
    ["push", false, false, true],
  ]);
});

test("a token without the workflows permission may bring in only workflow files that stand on a branch", async () => {
  await using home = await smallWorld();
  const ci = ".github/workflows/ci.yml";
  const onMain = await home.commit(home.first, { [ci]: "on: push\n" });
  const same = await home.commit(onMain, { "a.txt": "a\n" });
  const other = await home.commit(same, { [ci]: "on: issues\n" });
  await move(home, [{ name: "refs/heads/main", after: onMain, force: false }]);
  const app = appToken(home);

  await move(home, [{ name: "refs/heads/fine", after: same, force: false }], app);
  const refused = move(home, [{ name: "refs/heads/bad", after: other, force: false }], app);

  await expect(refused).rejects.toMatchObject({
    status: 403,
    message: `refusing to allow a GitHub App to create or update workflow \`${ci}\` without \`workflows\` permission`,
  });
});

function move(home: SmallWorld, updates: RefUpdate[], token: Token = home.token): Promise<void> {
  return updateRefs(home.world, home.repository, { updates, token, actorId: token.userId });
}

function appToken({ world, repository, token }: SmallWorld): Token {
  return {
    ...token,
    kind: "installation",
    repositoryIds: [repository.id],
    permissions: { contents: "write" },
    userId: [...world.users.keys()][0] ?? 0,
  };
}
