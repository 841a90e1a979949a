// A shared phone as people use it.
import { goTo } from "./slow.mjs";

/** Sets a PIN where one is asked for. */
export async function setPin(page, pin) {
  await page.getByTestId("pin-new").fill(pin);
  await page.getByTestId("pin-again").fill(pin);
  await page.getByTestId("pin-set").click();
}

/** Hands the phone over; the page that comes after knows nobody. */
export async function handOver(page) {
  await goTo(page, "/hand-over");
  await page.getByTestId("hand-over").click();
  await page.getByTestId("choice").waitFor();
}

/** Says who one is, and types a PIN; its last digit sends it. */
export async function takeUp(page, name, pin) {
  await page.getByTestId("person").filter({ hasText: name }).click();
  await page.getByTestId("pin").fill(pin);
}
