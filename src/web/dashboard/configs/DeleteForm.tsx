import { headOfList } from "../elements/Panes.tsx";
import { configs, resources } from "../sandbox.ts";
import { text } from "../text/text.ts";
import { ApiForm } from "./ApiForm.tsx";
import { deletionOf, type Target } from "./deletion.ts";

/** How many names of a kind the form shows. */
const SHOWN_NAMES = 20;

/** A form that deletes a resource with what hangs on it, and names that first. */
export function DeleteForm({ target, onClose }: { target: Target; onClose: () => void }) {
  const words = text().forms;
  const deletion = deletionOf(target, resources.value, [...configs.value.values()]);
  const { title, pointing, calls } = deletion;
  return (
    <ApiForm
      title={text().configs.deleteWhat(title)}
      calls={calls}
      note={calls.length > 1 ? words.requestsInOrder : words.request}
      submit={text().common.delete}
      isDangerous
      // The button that opened the form is deleted as well. What has a version or an alias stays open.
      focusAfter={() =>
        target.kind === "version" || target.kind === "alias"
          ? document.querySelector<HTMLElement>("#main .detail h2")
          : headOfList()
      }
      done={text().configs.deletedWhat(title)}
      onClose={onClose}
    >
      {() => (
        <>
          {deletion.with.length === 0 && <p>{words.nothingElse}</p>}
          {deletion.with.length > 0 && (
            <>
              <p>{words.deletedWith}</p>
              <dl class="facts lost">
                {deletion.with.map(({ kind, names }) => (
                  <div key={kind}>
                    <dt>{words.counted(words[kind], names.length)}</dt>
                    <dd>
                      {names.slice(0, SHOWN_NAMES).join(text().punctuation.names)}
                      {names.length > SHOWN_NAMES && ` ${text().common.andMore(names.length - SHOWN_NAMES)}`}
                    </dd>
                  </div>
                ))}
              </dl>
            </>
          )}
          {pointing.length > 0 && (
            <p>{words.pointing(pointing.length, pointing.join(text().punctuation.names))}</p>
          )}
        </>
      )}
    </ApiForm>
  );
}
