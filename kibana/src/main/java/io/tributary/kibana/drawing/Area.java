package io.tributary.kibana.drawing;

/** A part of a picture. */
record Area(double x, double y, double width, double height) {
    Area without(double left, double top, double right, double bottom) {
        return new Area(x + left, y + top, width - left - right, height - top - bottom);
    }

    double right() {
        return x + width;
    }

    double bottom() {
        return y + height;
    }
}
