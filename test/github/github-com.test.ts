/** The client as it meets github.com itself, at the level of HTTP: a few wirings that a fake fetch could hide. */
import { Octokit } from "@octokit/rest";
import nock from "nock";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { connect, graphql } from "../../src/github/client.ts";
import { isUnanswered, RateLimited } from "../../src/github/failure.ts";

const DATE = "Fri, 02 Jan 2026 03:04:05 GMT";
const comments = "/repos/acme/app/issues/7/comments";
const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

function client() {
  return connect(new Octokit({ auth: "a token", log: SILENT }));
}

function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  );
}

test("a comment that was made and then answered with 502 is not made again", async () => {
  let made = 0;
  nock("https://api.github.com")
    .post(comments)
    .times(3)
    .reply(() => {
      made += 1;
      return [502, { message: "Server Error" }];
    });

  const error = await failure(client().request(`POST ${comments}`, { body: "Hello" }));

  expect([isUnanswered(error), made]).toEqual([true, 1]);
});

test("a secondary limit is thrown at once, with the time that GitHub names", async () => {
  let asked = 0;
  nock("https://api.github.com")
    .post(comments)
    .times(3)
    .reply(() => {
      asked += 1;
      return [
        403,
        { message: "You have exceeded a secondary rate limit." },
        { "retry-after": "60", date: DATE },
      ];
    });

  const error = await failure(client().request(`POST ${comments}`, { body: "Hello" }));

  expect(error).toBeInstanceOf(RateLimited);
  expect([error instanceof RateLimited && error.until, asked]).toEqual(["2026-01-02T03:05:05.000Z", 1]);
});

test("GraphQL goes to its own address, and a query that met a 502 is asked again", async () => {
  nock("https://api.github.com").post("/graphql").reply(502, {});
  nock("https://api.github.com")
    .post("/graphql")
    .reply(200, { data: { viewer: { login: "gza" } } }, { date: DATE });

  const answer = await graphql(client(), "query Who { viewer { login } }", {});

  expect(answer).toEqual({ data: { viewer: { login: "gza" } }, now: "2026-01-02T03:04:05Z" });
});
