/** Makes an element. Texts go in as text nodes only, so that no name of a village can ever become markup. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

export const byId = (id) => document.getElementById(id);

/**
 * Makes the children of a list be these keyed nodes, and touches only what differs: a screen reader is not sent over the
 * whole list again when one village begins to play.
 */
export function keep(list, keyed) {
  const held = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let at = list.firstElementChild;
  for (const [key, node] of keyed) {
    node.dataset.key = key;
    const old = held.get(key);
    held.delete(key);
    const same = old?.isEqualNode(node) ? old : node;
    if (old && old !== same) {
      if (old === at) at = old.nextElementSibling;
      old.remove();
    }
    if (same === at) at = at.nextElementSibling;
    else list.insertBefore(same, at);
  }
  for (const gone of held.values()) gone.remove();
}
