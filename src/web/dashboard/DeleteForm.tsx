import { ApiForm } from "./ApiForm.tsx";
import { deletionOf, type Target } from "./deletion.ts";
import { configs, resources } from "./sandbox.ts";

/** How many names of a kind the form shows. */
const SHOWN_NAMES = 20;

/** A form that deletes a resource with what hangs on it, and names that first. */
export function DeleteForm({ target, onClose }: { target: Target; onClose: () => void }) {
  const deletion = deletionOf(target, resources.value, [...configs.value.values()]);
  const { title, pointing, calls } = deletion;
  return (
    <ApiForm
      title={`Delete ${title}`}
      calls={calls}
      note={calls.length > 1 ? "The requests, in this order:" : "The request:"}
      submit="Delete"
      isDangerous
      // The button that opened the form is deleted as well.
      focusAfter={(before) =>
        target.kind === "version" || target.kind === "alias"
          ? before?.closest("details")?.querySelector("summary")
          : document.getElementById("functions")
      }
      done={`Deleted ${title}`}
      onClose={onClose}
    >
      {() => (
        <>
          {deletion.with.length === 0 && <p>Nothing else is deleted with it.</p>}
          {deletion.with.length > 0 && (
            <>
              <p>Deleted with it:</p>
              <dl class="facts lost">
                {deletion.with.map(({ kind, names }) => (
                  <div key={kind}>
                    <dt>
                      {kind} ({names.length})
                    </dt>
                    <dd>
                      {names.slice(0, SHOWN_NAMES).join(", ")}
                      {names.length > SHOWN_NAMES && ` and ${names.length - SHOWN_NAMES} more`}
                    </dd>
                  </div>
                ))}
              </dl>
            </>
          )}
          {pointing.length > 0 && (
            <p>
              {pointing.length === 1 ? "This alias points" : "These aliases point"} to it, and will point to
              nothing: {pointing.join(", ")}.
            </p>
          )}
        </>
      )}
    </ApiForm>
  );
}
