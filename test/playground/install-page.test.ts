/** The page on which an App is installed: what it offers, and that the App is told. */
import { expect, test } from "vitest";
import { engineWorld } from "./engine-world.ts";

const PAGE = "/apps/helper/installations/new";

test("the owner installs the App in the repositories that are chosen, and may choose others later", async () => {
  const { playground, repository } = await engineWorld();
  const other = await playground.createRepository({ owner: "ada", name: "other" });
  await playground.createRepository({ owner: "mary", name: "foreign" });
  playground.createApp({
    name: "Helper",
    owner: "ada",
    permissions: { issues: "write" },
    events: [],
    webhookUrl: null,
    webhookSecret: "secret",
  });
  const choose = (...ids: number[]): Promise<Response> =>
    playground.fetch(playground.url + PAGE, {
      method: "POST",
      body: new URLSearchParams(ids.map((id): [string, string] => ["repository", String(id)])),
    });
  const reach = () => [...playground.world.installations.values()].map(({ repositoryIds }) => repositoryIds);

  const page = await (await playground.fetch(playground.url + PAGE)).text();
  const first = await choose(repository.id, other.id);
  const before = reach();
  await choose(other.id);
  const nothing = await choose();

  expect(page).toContain("issues: write");
  expect(page).toContain("ada/engine");
  expect(page).not.toContain("foreign");
  expect(await first.text()).toContain("In ada/engine, ada/other.");
  expect([before, reach()]).toEqual([[[repository.id, other.id]], [[other.id]]]);
  expect(nothing.status).toBe(422);
});

test("an App that is not there has no page", async () => {
  const { playground } = await engineWorld();

  const missing = await playground.fetch(playground.url + PAGE);

  expect(missing.status).toBe(404);
});
