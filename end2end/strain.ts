// How a page bears what happens in it: the tasks and answers to keys that took long, and what changed where.
import type { Page } from "@playwright/test";

export interface Strain {
  /** Tasks over 50 ms, in milliseconds. */
  longTasks: number[];
  /** From a key to the next picture, in milliseconds; what was faster than 16 ms is not told. */
  keys: number[];
  /** Changes in the transcript outside its last turn. */
  elsewhere: string[];
  /** Changes in its last turn. */
  inLastTurn: number;
}

/** Begins to watch; the function that is returned ends it. */
export async function watchStrain(page: Page): Promise<() => Promise<Strain>> {
  const handle = await page.evaluateHandle(() => {
    const strain = { longTasks: [] as number[], keys: [] as number[], elsewhere: [] as string[], inLastTurn: 0 };
    const tasks = new PerformanceObserver((list) => strain.longTasks.push(...list.getEntries().map((entry) => entry.duration)));
    tasks.observe({ type: "longtask" });
    const events = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.name.startsWith("key")) strain.keys.push(entry.duration);
    });
    events.observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
    const transcript = document.querySelector('[role="log"]')!;
    const last = [...transcript.querySelectorAll("article.turn")].at(-1)!;
    const changes = new MutationObserver((list) => {
      for (const { target, type, attributeName } of list) {
        // Its own attributes say whether something is being written.
        if (target === transcript && type === "attributes") continue;
        if (last.contains(target)) strain.inLastTurn += 1;
        else strain.elsewhere.push(`${type} ${attributeName ?? ""} in ${target.nodeName} ${target.textContent?.slice(0, 40)}`);
      }
    });
    changes.observe(transcript, { subtree: true, childList: true, characterData: true, attributes: true });
    return { strain, end: () => [tasks, events, changes].forEach((observer) => observer.disconnect()) };
  });
  return () => handle.evaluate(({ strain, end }) => (end(), strain));
}
