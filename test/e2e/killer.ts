/** Kills the app at one point of what it does. */
import type { AppOptions } from "../../src/app/app.ts";

type Point = Parameters<NonNullable<AppOptions["interrupt"]>>[0];

export interface Case {
  what: string;
  when: Point["when"];
}

/** Right before and right after each. */
export function aroundEach(all: readonly string[]): Case[] {
  return all.flatMap((what) => (["before", "after"] as const).map((when) => ({ what, when })));
}

/** Dies once, at the n-th time of something. */
export function killer(
  what: string,
  when: Point["when"],
): { interrupt: (point: Point) => void; done: () => boolean } {
  const [kind = "", wanted = "1"] = what.split(" ");
  let seen = 0;
  let isDone = false;
  return {
    interrupt: (point) => {
      const found = point.what === "move" ? "move" : point.what.kind;
      if (found !== kind || point.when !== when || isDone) return;
      seen += 1;
      if (seen < Number(wanted)) return;
      isDone = true;
      throw new Error(`killed ${when} ${what}`);
    },
    done: () => isDone,
  };
}
