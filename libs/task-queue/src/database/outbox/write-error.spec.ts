import { describe, expect, it } from '@jest/globals';
import { isConnectionLoss, isFull } from './write-error.js';

describe("rule 32: what an error of the application's database means", () => {
  it.each(['08006', '25P03', '25P04', '53300', '57P01'])('%s: the connection is lost', (code) => {
    expect([isConnectionLoss({ code }), isFull({ code })]).toEqual([true, false]);
  });

  it.each(['25006', '53100', '54000'])('%s: the server takes no writes for now', (code) => {
    expect([isConnectionLoss({ code }), isFull({ code })]).toEqual([false, true]);
  });
});
