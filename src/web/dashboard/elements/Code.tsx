/** Preformatted text, such as a body or headers. */
export function Code({ label, children }: { label: string; children: string | undefined }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must reach an element that scrolls.
    // biome-ignore lint/a11y/useSemanticElements: the text is preformatted, so the element must be pre.
    <pre role="region" tabIndex={0} aria-label={label}>
      {children}
    </pre>
  );
}
