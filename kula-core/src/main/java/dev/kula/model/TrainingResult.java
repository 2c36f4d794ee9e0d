package dev.kula.model;

/**
 * What came of a training call.
 *
 * @param steps gradient steps taken
 * @param meanLoss weighted mean loss over the samples of the last epoch, as met during training; 0
 *     if none ran
 */
public record TrainingResult(int steps, double meanLoss) {}
