/** The folds behind computed traits and parametric segments: what is kept of a customer's events, and what it comes to. */
package io.tributary.operators.computed;
