import { endpoint, linkTo } from "../address.ts";
import { Connect } from "../overview/Connect.tsx";
import { FrontDoor } from "../overview/FrontDoor.tsx";
import { type ClosedState, isFrontPage, offers } from "../sandbox.ts";
import { text } from "../text/text.ts";

/** Says why the sandbox can't be shown, and what to do instead. */
export function Closed({ state }: { state: ClosedState }) {
  const words = text().closed;
  const makesSandboxes = offers.value?.createsSandboxes ?? true;
  if (isFrontPage.value) {
    return (
      <>
        <FrontDoor makesSandboxes={makesSandboxes} />
        <p class="front hint">{state === "locked" ? words.sharedLocked : words.sharedOff}</p>
      </>
    );
  }
  const [title, about] = {
    missing: [words.missing, words.missingText],
    locked: [words.locked, words.lockedText],
    refused: [words.refused, words.refusedText],
  }[state];
  return (
    <>
      <div class="closed">
        <section class="panel">
          <h2>{title}</h2>
          <p>{about}</p>
          {state === "refused" && (
            <p>
              <a href={linkTo(endpoint, undefined)}>{words.lookWithout}</a>
            </p>
          )}
        </section>
        {state === "locked" && <Connect />}
      </div>
      <FrontDoor makesSandboxes={makesSandboxes} />
    </>
  );
}
