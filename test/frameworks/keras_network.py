import os

os.environ["KERAS_BACKEND"] = "torch"  # Keras exports through the framework below it.

import keras
import numpy as np

import landfall

network = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Conv2D(8, 3, activation="relu"),
                            keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(4, activation="softmax")])
images = np.random.default_rng(4).standard_normal((3, 16, 16, 3)).astype(np.float32)
expected = network.predict(images, verbose=0)

network.export("network.onnx", format="onnx", verbose=False)
compiled = landfall.compile("network.onnx")
(found,) = compiled.run({compiled.inputs[0].name: images}).values()
np.testing.assert_allclose(found, expected, atol=1e-5)
