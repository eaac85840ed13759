import { text } from "../text/text.ts";
import type { Refusal } from "./refusal.ts";

/** Shows why the control plane refused a request. */
export function Refused({ refusal }: { refusal: Refusal | undefined }) {
  if (refusal === undefined) return null;
  return (
    <div class="error" role="alert">
      <p>{refusal.detail}</p>
      {refusal.errors.length > 1 && (
        <ul>
          {refusal.errors.map(({ path, reason }) => (
            <li key={path}>
              <code>{path || text().common.document}</code>: {reason}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
