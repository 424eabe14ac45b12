// What a part of the page is made of, in lines that can be compared: elements, attributes and texts, without the marks
// that hydration needs.
import type { Locator } from "@playwright/test";

export async function shape(part: Locator): Promise<string[]> {
  return part.evaluate((root) => {
    const lines: string[] = [];
    const draw = (node: Node, depth: number): void => {
      const indent = "  ".repeat(depth);
      if (node instanceof Element) {
        // Of blanks around a class the server leaves out some.
        const attributes = [...node.attributes].map(({ name, value }) => ` ${name}="${value.trim()}"`);
        lines.push(`${indent}<${node.localName}${attributes.sort().join("")}>`);
        // Marks of hydration stand between texts too.
        for (const child of [...node.childNodes]) if (child instanceof Comment) child.remove();
        node.normalize();
        for (const child of node.childNodes) draw(child, depth + 1);
      } else if (node instanceof Text && node.data.trim()) {
        lines.push(indent + node.data);
      }
    };
    // A copy: texts are joined, which the page's own must not be.
    draw(root.cloneNode(true), 0);
    return lines;
  });
}
