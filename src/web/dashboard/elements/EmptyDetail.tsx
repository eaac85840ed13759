import type { ComponentChildren } from "preact";

/** A detail that has nothing to show: it is loading, or what it was about is gone. */
export function EmptyDetail({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <>
      <h2 tabIndex={-1}>{title}</h2>
      <p class="empty">{children}</p>
    </>
  );
}
