/** Writes keep apart without sleeping for long: who would wait too long is sent away. */
import { expect, test } from "vitest";
import { RateLimited } from "../../src/github/failure.ts";
import { createPace } from "../../src/github/pace.ts";

test("a burst goes at once; what would wait more than ten seconds is refused with a time", async () => {
  const pace = createPace(2);
  let done = 0;
  const write = (): Promise<void> => {
    done += 1;
    return Promise.resolve();
  };
  await Promise.all([pace.take(write), pace.take(write)]);
  const atOnce = done;
  const never = (): Promise<void> => new Promise(() => undefined);

  const outcomes = Array.from({ length: 13 }, () => pace.take(never).catch((error: unknown) => error));
  const refused = await outcomes.at(-1);

  expect(atOnce).toBe(2);
  expect(refused).toBeInstanceOf(RateLimited);
});

test("a failed write does not hold up the next", async () => {
  const pace = createPace(10);
  const failed = pace.take(() => Promise.reject(new Error("no"))).catch(() => "failed");

  const next = await pace.take(() => Promise.resolve("done"));

  expect([await failed, next]).toEqual(["failed", "done"]);
});
