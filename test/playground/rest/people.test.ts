/** People, repositories and roles over REST. */
import { expect, test } from "vitest";
import { ENGINE, engineWorld, refusal, signIn } from "../engine-world.ts";

test("a role is told in GitHub's four old words and its own name", async () => {
  const { playground, repository, ada } = await engineWorld();
  for (const role of ["triage", "maintain"] as const) {
    playground.createPerson({ login: role });
    playground.addCollaborator(repository, role, role);
  }
  const ask = async (username: string) => {
    const { data } = await ada.repos.getCollaboratorPermissionLevel({ ...ENGINE, username });
    return [data.permission, data.role_name];
  };

  const told = await Promise.all(["ada", "charles", "mary", "triage", "maintain"].map(ask));

  expect(told).toEqual([
    ["admin", "admin"],
    ["write", "write"],
    ["read", "read"],
    ["read", "triage"],
    ["write", "maintain"],
  ]);
});

test("bots and unknown people have no role: 404", async () => {
  const { playground, ada } = await engineWorld();
  playground.createApp({
    name: "Helper",
    owner: "ada",
    permissions: {},
    events: [],
    webhookUrl: null,
    webhookSecret: "s",
  });
  const ask = (username: string) =>
    refusal(ada.repos.getCollaboratorPermissionLevel({ ...ENGINE, username }));

  expect(await ask("helper[bot]")).toMatchObject({ status: 404, message: "helper[bot] is not a user" });
  expect(await ask("nobody")).toMatchObject({ status: 404, message: "Not Found" });
});

test("collaborators are added and removed by those who administer", async () => {
  const { ada, charles, mary } = await engineWorld();

  const refused = await refusal(charles.repos.addCollaborator({ ...ENGINE, username: "mary" }));
  await ada.repos.addCollaborator({ ...ENGINE, username: "mary", permission: "triage" });
  const { data: all } = await mary.repos.listCollaborators(ENGINE);
  await ada.repos.removeCollaborator({ ...ENGINE, username: "mary" });
  const gone = await refusal(ada.repos.checkCollaborator({ ...ENGINE, username: "mary" }));

  expect(refused).toMatchObject({ status: 403, message: "Must have admin rights to Repository. (charles)" });
  expect(all.map(({ login, role_name }) => [login, role_name])).toEqual([
    ["ada", "admin"],
    ["charles", "write"],
    ["mary", "triage"],
  ]);
  expect(gone.status).toBe(404);
});

test("repositories are made, changed, found by id and removed", async () => {
  const { ada, mary } = await engineWorld();

  const { data: made } = await ada.repos.createForAuthenticatedUser({ name: "loom", private: true });
  const taken = await refusal(ada.repos.createForAuthenticatedUser({ name: "LOOM" }));
  const unseen = await refusal(mary.repos.get({ owner: "ada", repo: "loom" }));
  await ada.repos.update({ owner: "ada", repo: "loom", private: false, delete_branch_on_merge: true });
  const { data: byId } = await mary.request("GET /repositories/{id}", { id: made.id });
  await ada.repos.delete({ owner: "ada", repo: "loom" });

  expect(made).toMatchObject({ full_name: "ada/loom", private: true, permissions: { admin: true } });
  expect(taken).toMatchObject({
    status: 422,
    data: { errors: [{ message: "name already exists on this account" }] },
  });
  expect(unseen.status).toBe(404);
  expect(byId).toMatchObject({ full_name: "ada/loom", delete_branch_on_merge: true });
  expect((await refusal(ada.repos.get({ owner: "ada", repo: "loom" }))).status).toBe(404);
});

test("people are found by login and by id; an App's bot is one of them", async () => {
  const { playground, ada } = await engineWorld();
  const { app } = playground.createApp({
    name: "Helper",
    owner: "ada",
    permissions: {},
    events: [],
    webhookUrl: null,
    webhookSecret: "s",
  });

  const { data: self } = await ada.users.getAuthenticated();
  const { data: byId } = await ada.users.getById({ account_id: self.id });
  const { data: bot } = await signIn(playground).users.getByUsername({ username: "helper[bot]" });

  expect(byId.login).toBe("ada");
  expect(bot).toMatchObject({ id: app.botId, type: "Bot" });
});
