import { text } from "../text/text.ts";
import { undoable, undoNow, undoProblem } from "../undo.ts";

/** Offers to undo what was just done. */
export function Undo() {
  const offer = undoable.value;
  if (undoProblem.value) {
    return (
      <div class="toast error" role="alert">
        <p>{undoProblem.value}</p>
        <button type="button" class="quiet" onClick={() => (undoProblem.value = "")}>
          {text().common.close}
        </button>
      </div>
    );
  }
  if (offer === undefined) return null;
  return (
    <div class="toast">
      <p>{offer.done}</p>
      <button type="button" class="quiet" onClick={undoNow}>
        {text().common.undo}
      </button>
    </div>
  );
}
