import type { ComponentChildren } from "preact";

/** The attributes that a link to a view may have. */
export interface LinkAttributes {
  children: ComponentChildren;
  class?: string;
  title?: string;
  tabIndex?: number;
  "aria-label"?: string;
  "aria-current"?: "page" | "true" | undefined;
}

/** A link that changes the page without loading it again: `onFollow` does. The browser may open `href` elsewhere. */
export function PageLink({
  href,
  onFollow,
  children,
  ...attributes
}: LinkAttributes & { href: string; onFollow: () => void }) {
  const follow = (event: MouseEvent) => {
    if (!isPlainClick(event)) return;
    event.preventDefault();
    onFollow();
  };
  return (
    <a href={href} onClick={follow} {...attributes}>
      {children}
    </a>
  );
}

/** Whether a click follows a link in this page. Otherwise the browser opens it elsewhere. */
function isPlainClick({ button, metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): boolean {
  return button === 0 && !metaKey && !ctrlKey && !shiftKey && !altKey;
}
