/** Opens the `container:` of a job: with a container engine where one answers, else with bubblewrap. */
import { openBubblewrap } from "./bubblewrap-container.ts";
import { wantedContainer, type Container } from "./container.ts";
import { answeringEngine, openInEngine } from "./engine-container.ts";
import { stepScope, topFrame, type Control, type Session } from "./session.ts";

/** Null: the job runs on the machine itself. */
export async function openContainer(session: Session, control: Control): Promise<Container | null> {
  const wanted = wantedContainer(session.job.definition.container, stepScope(session, topFrame(session)));
  if (wanted === null) return null;
  const engine = await answeringEngine(session.engine.options.containerEngines);
  const container =
    engine === null
      ? await openBubblewrap(wanted)
      : await openInEngine(engine, wanted, { folders: session.folders, control });
  session.log.write(`The container ${wanted.image} is played with ${container.words}`);
  return container;
}
