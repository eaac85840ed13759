import { endpoint, frontPage } from "../address.ts";
import { Connect } from "../overview/Connect.tsx";
import { FrontDoor } from "../overview/FrontDoor.tsx";
import { type ClosedState, isFrontPage, sandboxId } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { linkTo } from "../token.ts";

/** Says why the sandbox can't be shown, and what to do instead. */
export function Closed({ state }: { state: ClosedState }) {
  const words = text().closed;
  if (isFrontPage.value) {
    return (
      <>
        <FrontDoor />
        <p class="front hint">{state === "locked" ? words.sharedLocked : words.sharedOff}</p>
      </>
    );
  }
  const [title, about] = {
    missing: [words.missing, words.missingText],
    locked: [words.locked, words.lockedText],
    refused: [words.refused, words.refusedText],
    ended: [words.ended, words.endedText],
    deleted: [words.deleted(sandboxId.value), words.deletedText],
  }[state];
  return (
    <>
      <div class="closed">
        <section class="panel">
          <h2>{title}</h2>
          <p>{about}</p>
          {state === "deleted" && frontPage !== undefined && (
            <p>
              <a href={frontPage}>{words.toFrontPage}</a>
            </p>
          )}
          {(state === "refused" || state === "ended") && (
            <p>
              <a href={linkTo(endpoint, undefined)}>{words.lookWithout}</a>
            </p>
          )}
        </section>
        {state === "locked" && <Connect />}
      </div>
      <FrontDoor />
    </>
  );
}
