import lightgbm
import numpy as np
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType

import landfall

features = np.random.default_rng(3).standard_normal((200, 5)).astype(np.float32)
classes = (features[:, 0] > features[:, 1]).astype(np.int64)
classifier = lightgbm.LGBMClassifier(n_estimators=20, verbose=-1).fit(features, classes)

model = convert_lightgbm(classifier, initial_types=[("features", FloatTensorType([None, 5]))], zipmap=False)
compiled = landfall.compile(model)
found = compiled.run({"features": features})

assert (found["label"] == classifier.predict(features)).all()
np.testing.assert_allclose(found["probabilities"], classifier.predict_proba(features), atol=1e-5)
