/** Counts the paths that a registry does not have: whoever makes them up tells the registry something with each. */

export interface Misses {
  /** The status with which this path failed before, so that it is not asked again; null: ask. */
  known(path: string): number | null;
  /** Whether one more path may be tried. If so, `end` must follow. */
  begin(): boolean;
  /** `status`: what the registry answered; null: nothing came of it. */
  end(path: string, status: number | null): void;
}

/** Failures that pass, by status. */
const PASSING = new Set([408, 425, 429]);

/** `most`: distinct paths that may fail. Those on their way are counted as if they would, so that no burst gets past it. */
export function countMisses(most: number): Misses {
  const failed = new Map<string, number>();
  let underWay = 0;
  return {
    known: (path) => {
      const status = failed.get(path);
      return status === undefined || status >= 500 || PASSING.has(status) ? null : status;
    },
    begin: () => {
      if (failed.size + underWay >= most) return false;
      underWay++;
      return true;
    },
    end: (path, status) => {
      underWay--;
      if (status !== null && status >= 400) failed.set(path, status);
    },
  };
}
