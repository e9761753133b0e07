/** Lanes: of all tasks of a repository that want to move its queue at the same time, one does after the other. */

/** One repository's queue, as far as this process moves it. */
export interface QueueLane {
  /** How often this process has moved it. */
  moves: number;
  /** Does it once all that came before are over, whatever became of them. */
  take<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Answers the lane of a repository, by its id. Other processes are kept apart by the queue's own lease. */
export type QueueLanes = (repository: number) => QueueLane;

export function createQueueLanes(): QueueLanes {
  const lanes = new Map<number, QueueLane>();
  return (repository) => {
    const lane = lanes.get(repository) ?? createLane();
    lanes.set(repository, lane);
    return lane;
  };
}

function createLane(): QueueLane {
  let last: Promise<unknown> = Promise.resolve();
  return {
    moves: 0,
    take: (work) => {
      const turn = last.then(work);
      // Who comes next does not care how it ended; whoever took it is told.
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
