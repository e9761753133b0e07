/** What every answer carries: credentials, limits, ETags, errors, the request log; and the pages for a browser. */
import { expect, test } from "vitest";
import { ENGINE, engineWorld, refusal, signIn } from "./engine-world.ts";

test("what nothing plays answers 501 with its name, what is unknown 404, each with GitHub's keys", async () => {
  const { ada, playground } = await engineWorld();

  const unplayed = await refusal(ada.request("GET /repos/{owner}/{repo}/traffic/views", ENGINE));
  const missing = await refusal(ada.repos.get({ owner: "ada", repo: "none" }));
  const page = await playground.fetch(`${playground.url}/nowhere/at/all/here`);

  expect(unplayed).toMatchObject({
    status: 501,
    message: "The playground does not play GET /repos/ada/engine/traffic/views",
  });
  expect(missing.data).toEqual({
    message: "Not Found",
    documentation_url: "https://docs.github.com/rest",
    status: "404",
  });
  expect(page.status).toBe(404);
});

test("a token works as token, bearer and basic password; an unknown one is a bad credential", async () => {
  const { playground } = await engineWorld();
  const { token } = playground.createPerson({ login: "grace" });
  const ask = (authorization: string): Promise<Response> =>
    playground.fetch(`${playground.url}/api/v3/user`, { headers: { authorization } });

  const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
  const answers = await Promise.all([ask(`token ${token}`), ask(`bearer ${token}`), ask(`Basic ${basic}`)]);
  const unknown = await ask("token ghp_nobody");

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(unknown.status).toBe(401);
  expect(await unknown.json()).toMatchObject({ message: "Bad credentials" });
});

test("an answer that the caller has is 304 and free of the limit", async () => {
  const { ada } = await engineWorld();

  const first = await ada.repos.get(ENGINE);
  const again = await refusal(
    ada.repos.get({ ...ENGINE, headers: { "if-none-match": first.headers.etag ?? "" } }),
  );
  const { data } = await ada.rateLimit.get();

  expect(again.status).toBe(304);
  expect(data.rate).toMatchObject({ limit: 5000, used: 1, remaining: 4999 });
});

test("a spent hour is refused with the limit's headers, and comes back with the next one", async () => {
  let now = new Date("2026-03-01T10:00:00Z");
  const { ada } = await engineWorld({ listen: false, hourlyLimit: 2, now: () => now });

  await ada.repos.get(ENGINE);
  const last = await ada.repos.get(ENGINE);
  const spent = await refusal(ada.repos.get(ENGINE));
  now = new Date("2026-03-01T11:00:00Z");
  const later = await ada.repos.get(ENGINE);

  expect(last.headers).toMatchObject({
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": String(Date.UTC(2026, 2, 1, 11) / 1000),
  });
  expect(spent).toMatchObject({
    status: 403,
    message: expect.stringMatching(/^API rate limit exceeded for user ID \d+\.$/),
  });
  expect(later.status).toBe(200);
});

test("a body that is no JSON is 400, one that does not fit is 422 in GitHub's words", async () => {
  const { ada, playground } = await engineWorld();
  const { token } = playground.createPerson({ login: "grace" });

  const broken = await playground.fetch(`${playground.url}/api/v3/repos/ada/engine/issues`, {
    method: "POST",
    headers: { authorization: `token ${token}` },
    body: "{",
  });
  const missing = await refusal(
    ada.request("POST /repos/{owner}/{repo}/issues", { ...ENGINE, title: undefined as never }),
  );
  const wrong = await refusal(ada.issues.create({ ...ENGINE, title: "x", body: 7 as never }));

  expect(broken.status).toBe(400);
  expect(await broken.json()).toMatchObject({ message: "Problems parsing JSON" });
  expect(missing.message).toBe('Invalid request.\n\n"title" wasn\'t supplied.');
  expect(wrong.message).toBe("Invalid request.\n\nFor 'properties/body', 7 is not a string.");
});

test("the request log names method, path, caller, status, and marks what notifies people", async () => {
  const { ada, playground } = await engineWorld();

  await ada.issues.create({ ...ENGINE, title: "x" });
  await signIn(playground).issues.get({ ...ENGINE, issue_number: 1 });

  expect(playground.requests()).toMatchObject([
    {
      kind: "rest",
      method: "POST",
      path: "/repos/ada/engine/issues",
      actor: "ada",
      status: 201,
      content: true,
    },
    {
      kind: "rest",
      method: "GET",
      path: "/repos/ada/engine/issues/1",
      actor: null,
      status: 200,
      content: false,
    },
  ]);
});

test("pages show a repository and an issue to a browser, everything escaped", async () => {
  const { ada, playground } = await engineWorld();
  await ada.issues.create({ ...ENGINE, title: "<script>alert(1)</script>", body: "<b>bold</b>" });

  const repository = await (await playground.fetch(`${playground.url}/ada/engine`)).text();
  const issue = await (await playground.fetch(`${playground.url}/ada/engine/issues/1`)).text();

  expect(repository).toContain("#1 &lt;script&gt;alert(1)&lt;/script&gt;");
  expect(repository).toContain("<li>main <code>");
  expect(issue).toContain("<pre>&lt;b&gt;bold&lt;/b&gt;</pre>");
  expect(issue).not.toContain("<script>");
});
