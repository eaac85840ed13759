import { signal } from "@preact/signals";
import type { AdvancedClock } from "../../../client/index.ts";
import { type Refusal, refusalOf } from "../elements/refusal.ts";
import { advanceText } from "../invocations/invocations.ts";
import { announcement } from "../sandbox.ts";

/** What the latest change of the clock did, for people; empty before one. */
export const happened = signal("");
/** Why the latest change of the clock was refused. */
export const refusedMove = signal<Refusal | undefined>(undefined);

let isMoving = false;

/** Changes the clock, one change after the other, and says what happened. */
export async function move(doing: () => Promise<AdvancedClock>): Promise<void> {
  if (isMoving) return;
  isMoving = true;
  happened.value = "";
  refusedMove.value = await refusalOf(async () => {
    happened.value = advanceText(await doing());
    announcement.value = happened.value;
  });
  isMoving = false;
}
