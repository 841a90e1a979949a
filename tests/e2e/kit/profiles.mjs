// A shared phone as people use it.
import { goTo } from "./slow.mjs";

/** Sets a PIN where one is asked for. */
export async function setPin(page, pin) {
  await page.getByTestId("pin-new").fill(pin);
  await page.getByTestId("pin-again").fill(pin);
  await page.getByTestId("pin-set").click();
}

/** Joins a phone that others use, with a code and a PIN. */
export async function joinOthers(page, code, pin) {
  await page.getByTestId("enrol-code").fill(code);
  await page.getByTestId("pin-new").fill(pin);
  await page.getByTestId("pin-again").fill(pin);
  await page.getByTestId("enrol-submit").click();
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
