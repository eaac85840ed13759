import { Refused } from "../../dashboard/elements/Refused.tsx";
import { text } from "../../dashboard/text/text.ts";
import { type Loaded, refresh } from "../loading.ts";
import { words } from "../text/text.ts";

/** What stands in place of something until it is loaded, and beside it when it could not be loaded again. */
export function Waiting({ loaded }: { loaded: Pick<Loaded<unknown>, "value" | "refusal"> }) {
  const refusal = loaded.refusal.value;
  if (refusal !== undefined) {
    return (
      <div class="failed">
        <Refused refusal={refusal} />
        <button type="button" class="quiet" onClick={refresh}>
          {words().shell.tryAgain}
        </button>
      </div>
    );
  }
  if (loaded.value.value !== undefined) return null;
  return (
    <p class="empty" aria-busy="true">
      {text().common.loading}
    </p>
  );
}
