"""Classical machine learning: scikit-learn's estimators through skl2onnx, boosted trees through onnxmltools."""

import importlib
from functools import partial

from architecture import Architecture, Input

FEATURES = 6
SHAPES = ({"N": 7}, {"N": 1}, {"N": 130})
MODULES = ("calibration", "cluster", "compose", "covariance", "cross_decomposition", "decomposition",
           "discriminant_analysis", "dummy", "ensemble", "feature_selection", "gaussian_process", "impute",
           "kernel_approximation", "linear_model", "mixture", "model_selection", "multiclass", "multioutput",
           "naive_bayes", "neighbors", "neural_network", "pipeline", "preprocessing", "random_projection", "svm", "tree")

# Name, estimator, what it is fitted to: c2, c3 (classes), r, r2 (one, two targets),
# p (positive target). "+" asks for raw scores, "z" for maps of scores (ZipMap).
ESTIMATORS = """
logistic_2 | linear_model.LogisticRegression() | c2
logistic_3 | linear_model.LogisticRegression() | c3
logistic_zipmap | linear_model.LogisticRegression() | c3z
logistic_raw | linear_model.LogisticRegression() | c3+
logistic_cv | linear_model.LogisticRegressionCV(cv=2) | c3
ridge_classifier | linear_model.RidgeClassifier() | c3
sgd_hinge | linear_model.SGDClassifier(random_state=0) | c3
sgd_log | linear_model.SGDClassifier(loss='log_loss', random_state=0) | c2
perceptron | linear_model.Perceptron(random_state=0) | c3
linear | linear_model.LinearRegression() | r
linear_2 | linear_model.LinearRegression() | r2
ridge | linear_model.Ridge() | r
lasso | linear_model.Lasso(alpha=0.01) | r
elastic_net | linear_model.ElasticNet(alpha=0.01) | r
multi_task_lasso | linear_model.MultiTaskLasso(alpha=0.01) | r2
lars | linear_model.Lars() | r
omp | linear_model.OrthogonalMatchingPursuit() | r
bayesian_ridge | linear_model.BayesianRidge() | r
ard | linear_model.ARDRegression() | r
huber | linear_model.HuberRegressor() | r
ransac | linear_model.RANSACRegressor(random_state=0) | r
theil_sen | linear_model.TheilSenRegressor(random_state=0) | r
quantile | linear_model.QuantileRegressor(alpha=0.01) | r
poisson | linear_model.PoissonRegressor() | p
gamma | linear_model.GammaRegressor() | p
tweedie | linear_model.TweedieRegressor(power=1.5) | p
linear_svc | svm.LinearSVC() | c3
linear_svr | svm.LinearSVR() | r
svc_rbf | svm.SVC() | c3
svc_rbf_2 | svm.SVC() | c2
svc_probability | svm.SVC(probability=True, random_state=0) | c3
svc_poly | svm.SVC(kernel='poly', degree=3) | c3
svc_linear | svm.SVC(kernel='linear') | c2
svc_sigmoid | svm.SVC(kernel='sigmoid') | c3
nu_svc | svm.NuSVC(nu=0.2) | c2
svr_rbf | svm.SVR() | r
svr_poly | svm.SVR(kernel='poly') | r
nu_svr | svm.NuSVR() | r
one_class_svm | svm.OneClassSVM() | r
tree_c | tree.DecisionTreeClassifier(max_depth=5, random_state=0) | c3
tree_r | tree.DecisionTreeRegressor(max_depth=6, random_state=0) | r
tree_r2 | tree.DecisionTreeRegressor(max_depth=4, random_state=0) | r2
extra_tree | tree.ExtraTreeClassifier(max_depth=5, random_state=0) | c3
forest_c | ensemble.RandomForestClassifier(20, max_depth=6, random_state=0) | c3
forest_c_deep | ensemble.RandomForestClassifier(50, random_state=0) | c2
forest_c_stump | ensemble.RandomForestClassifier(5, max_depth=1, random_state=0) | c3
forest_r | ensemble.RandomForestRegressor(20, max_depth=6, random_state=0) | r
forest_r2 | ensemble.RandomForestRegressor(8, max_depth=4, random_state=0) | r2
extra_trees_c | ensemble.ExtraTreesClassifier(12, max_depth=6, random_state=0) | c3
extra_trees_r | ensemble.ExtraTreesRegressor(12, max_depth=6, random_state=0) | r
gradient_c2 | ensemble.GradientBoostingClassifier(n_estimators=12, random_state=0) | c2
gradient_c3 | ensemble.GradientBoostingClassifier(n_estimators=8, random_state=0) | c3
gradient_r | ensemble.GradientBoostingRegressor(n_estimators=12, random_state=0) | r
hist_gradient_c2 | ensemble.HistGradientBoostingClassifier(max_iter=8) | c2
hist_gradient_c3 | ensemble.HistGradientBoostingClassifier(max_iter=6) | c3
hist_gradient_r | ensemble.HistGradientBoostingRegressor(max_iter=8) | r
ada_c | ensemble.AdaBoostClassifier(n_estimators=6, random_state=0) | c3
ada_r | ensemble.AdaBoostRegressor(n_estimators=6, random_state=0) | r
bagging_c | ensemble.BaggingClassifier(n_estimators=5, random_state=0) | c3
bagging_r | ensemble.BaggingRegressor(n_estimators=5, random_state=0) | r
isolation_forest | ensemble.IsolationForest(n_estimators=8, random_state=0) | r
voting_soft | ensemble.VotingClassifier([('a', linear_model.LogisticRegression()), ('b', tree.DecisionTreeClassifier(max_depth=3))], voting='soft', flatten_transform=False) | c3
voting_hard | ensemble.VotingClassifier([('a', linear_model.LogisticRegression()), ('b', tree.DecisionTreeClassifier(max_depth=3))], flatten_transform=False) | c3
voting_r | ensemble.VotingRegressor([('a', linear_model.Ridge()), ('b', tree.DecisionTreeRegressor(max_depth=3))]) | r
stacking_c | ensemble.StackingClassifier([('a', linear_model.LogisticRegression()), ('b', tree.DecisionTreeClassifier(max_depth=3))], cv=2) | c3
stacking_r | ensemble.StackingRegressor([('a', linear_model.Ridge()), ('b', tree.DecisionTreeRegressor(max_depth=3))], cv=2) | r
knn_c | neighbors.KNeighborsClassifier(3) | c3
knn_c_distance | neighbors.KNeighborsClassifier(4, weights='distance') | c3
knn_r | neighbors.KNeighborsRegressor(3) | r
knn_r_manhattan | neighbors.KNeighborsRegressor(3, p=1) | r
radius_r | neighbors.RadiusNeighborsRegressor(4.0) | r
nearest | neighbors.NearestNeighbors(n_neighbors=3, radius=None) | r
local_outlier | neighbors.LocalOutlierFactor(5, novelty=True) | r
kmeans | cluster.KMeans(4, n_init=1, random_state=0) | r
mini_kmeans | cluster.MiniBatchKMeans(4, n_init=1, random_state=0) | r
gaussian_nb | naive_bayes.GaussianNB() | c3
bernoulli_nb | naive_bayes.BernoulliNB() | c3
complement_nb | pipeline.make_pipeline(preprocessing.MinMaxScaler(), naive_bayes.ComplementNB()) | c3
multinomial_nb | pipeline.make_pipeline(preprocessing.MinMaxScaler(), naive_bayes.MultinomialNB()) | c3
gaussian_mixture | mixture.GaussianMixture(3, random_state=0) | r
gaussian_mixture_diag | mixture.GaussianMixture(3, covariance_type='diag', random_state=0) | r
bayesian_mixture | mixture.BayesianGaussianMixture(n_components=3, random_state=0) | r
gp_r | gaussian_process.GaussianProcessRegressor() | r
gp_r_matern | gaussian_process.GaussianProcessRegressor(gaussian_process.kernels.Matern(nu=1.5)) | r
gp_r_sum | gaussian_process.GaussianProcessRegressor(gaussian_process.kernels.DotProduct() + gaussian_process.kernels.WhiteKernel()) | r
gp_r_rq | gaussian_process.GaussianProcessRegressor(gaussian_process.kernels.RationalQuadratic()) | r
gp_c | gaussian_process.GaussianProcessClassifier(optimizer=None) | c2
mlp_c | neural_network.MLPClassifier((12, 7), max_iter=30, random_state=0) | c3
mlp_c2 | neural_network.MLPClassifier((9,), activation='tanh', max_iter=30, random_state=0) | c2
mlp_r | neural_network.MLPRegressor(hidden_layer_sizes=(12,), activation='logistic', max_iter=30, random_state=0) | r2
lda | discriminant_analysis.LinearDiscriminantAnalysis() | c3
qda | discriminant_analysis.QuadraticDiscriminantAnalysis() | c3
pca | decomposition.PCA(3) | r
pca_whiten | decomposition.PCA(3, whiten=True) | r
incremental_pca | decomposition.IncrementalPCA(3) | r
truncated_svd | decomposition.TruncatedSVD(3, random_state=0) | r
kernel_pca | decomposition.KernelPCA(3, kernel='rbf') | r
random_projection | random_projection.GaussianRandomProjection(3, random_state=0) | r
pls | cross_decomposition.PLSRegression(2) | r2
standard_scaler | preprocessing.StandardScaler() | r
min_max_scaler | preprocessing.MinMaxScaler(clip=True) | r
max_abs_scaler | preprocessing.MaxAbsScaler() | r
robust_scaler | preprocessing.RobustScaler() | r
normalizer_l1 | preprocessing.Normalizer('l1') | r
normalizer_l2 | preprocessing.Normalizer('l2') | r
normalizer_max | preprocessing.Normalizer('max') | r
binarizer | preprocessing.Binarizer(threshold=0.1) | r
polynomial | preprocessing.PolynomialFeatures(3) | r
polynomial_interaction | preprocessing.PolynomialFeatures(2, interaction_only=True) | r
k_bins_onehot | preprocessing.KBinsDiscretizer(4, encode='onehot-dense') | r
k_bins_ordinal | preprocessing.KBinsDiscretizer(4, encode='ordinal') | r
power_yeo_johnson | preprocessing.PowerTransformer() | r
spline | preprocessing.SplineTransformer(4) | r
imputer_mean | impute.SimpleImputer() | r
imputer_knn | impute.KNNImputer(n_neighbors=2) | r
select_k_best | feature_selection.SelectKBest(feature_selection.f_classif, k=3) | c3
variance_threshold | feature_selection.VarianceThreshold(0.1) | r
rfe | feature_selection.RFE(linear_model.Ridge(), n_features_to_select=3) | r
select_from_model | feature_selection.SelectFromModel(linear_model.Ridge()) | r
one_vs_rest | multiclass.OneVsRestClassifier(linear_model.LogisticRegression()) | c3
one_vs_one | multiclass.OneVsOneClassifier(linear_model.LogisticRegression()) | c3
output_code | multiclass.OutputCodeClassifier(tree.DecisionTreeClassifier(max_depth=3), random_state=0) | c3
multi_output_r | multioutput.MultiOutputRegressor(tree.DecisionTreeRegressor(max_depth=3)) | r2
chain_r | multioutput.RegressorChain(linear_model.Ridge()) | r2
calibrated_sigmoid | calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2) | c3
calibrated_isotonic | calibration.CalibratedClassifierCV(naive_bayes.GaussianNB(), method='isotonic', cv=2) | c3
grid_search | model_selection.GridSearchCV(linear_model.Ridge(), {'alpha': [0.1, 1.0]}, cv=2) | r
pipeline_scaler_pca_svc | pipeline.make_pipeline(preprocessing.StandardScaler(), decomposition.PCA(4), svm.SVC()) | c3
pipeline_poly_lasso | pipeline.make_pipeline(preprocessing.PolynomialFeatures(2), preprocessing.StandardScaler(), linear_model.Lasso(alpha=0.01)) | r
pipeline_union | pipeline.make_pipeline(pipeline.FeatureUnion([('s', preprocessing.StandardScaler()), ('p', decomposition.PCA(2))]), linear_model.LogisticRegression()) | c3
columns | compose.ColumnTransformer([('s', preprocessing.StandardScaler(), [0, 2]), ('n', preprocessing.Normalizer(), [1, 3, 4])], remainder='passthrough') | r
columns_tree | pipeline.make_pipeline(compose.ColumnTransformer([('s', preprocessing.RobustScaler(), [0, 1, 2]), ('d', 'drop', [3])], remainder='passthrough'), ensemble.GradientBoostingRegressor(n_estimators=5)) | r
transformed_target | pipeline.make_pipeline(preprocessing.QuantileTransformer(n_quantiles=20), linear_model.Ridge()) | r
"""

# Name, library, estimator, what it is fitted to.
BOOSTED = """
lgbm_c2 | lightgbm | LGBMClassifier(n_estimators=10, verbose=-1) | c2
lgbm_c3 | lightgbm | LGBMClassifier(n_estimators=6, verbose=-1) | c3
lgbm_r | lightgbm | LGBMRegressor(n_estimators=12, verbose=-1) | r
lgbm_poisson | lightgbm | LGBMRegressor(n_estimators=6, objective='poisson', verbose=-1) | p
lgbm_rf | lightgbm | LGBMRegressor(n_estimators=6, boosting_type='rf', bagging_freq=1, bagging_fraction=0.7, verbose=-1) | r
xgb_c2 | xgboost | XGBClassifier(n_estimators=10, max_depth=4) | c2
xgb_c3 | xgboost | XGBClassifier(n_estimators=6, max_depth=3) | c3
xgb_r | xgboost | XGBRegressor(n_estimators=12, max_depth=4) | r
xgb_poisson | xgboost | XGBRegressor(n_estimators=6, objective='count:poisson') | p
xgb_rf | xgboost | XGBRFRegressor(n_estimators=8, max_depth=4) | r
"""


def data(task):
    import numpy as np

    random = np.random.default_rng(5)
    x = random.standard_normal((160, FEATURES)).astype(np.float32)
    score = x[:, 0] + x[:, 1] * x[:, 2] + 0.3 * random.standard_normal(len(x))
    targets = {"c2": score > 0, "c3": np.digitize(score, (-0.7, 0.7)), "r": score, "p": np.exp(score / 2),
               "r2": np.stack([score, x[:, 3] - score], 1)}
    y = targets[task]
    return x, y.astype(np.int64) if task[0] == "c" else y.astype(np.float32)


def scikit_learn(expression, task):
    from skl2onnx import to_onnx

    names = {name: importlib.import_module(f"sklearn.{name}") for name in MODULES}
    estimator = eval(expression, names)
    plain_task = task.rstrip("z+")
    x, y = data(plain_task)
    estimator.fit(x, y)
    options = None
    if plain_task[0] == "c" and hasattr(estimator, "predict"):
        options = {id(estimator): {"zipmap": task.endswith("z")}}
        if task.endswith("+"):
            options[id(estimator)]["raw_scores"] = True
    try:
        return to_onnx(estimator, x[:1], options=options, target_opset={"": 18, "ai.onnx.ml": 3})
    except (NameError, ValueError) as error:  # Estimators without scores have no such option.
        if options is None or "option" not in str(error).lower():
            raise
        return to_onnx(estimator, x[:1], target_opset={"": 18, "ai.onnx.ml": 3})


def boosted(library, expression, task):
    import onnxmltools
    from onnxmltools.convert.common.data_types import FloatTensorType

    estimator = eval(expression, vars(importlib.import_module(library)))
    x, y = data(task)
    estimator.fit(x, y)
    convert = getattr(onnxmltools, f"convert_{library}")
    return convert(estimator, initial_types=[("X", FloatTensorType([None, FEATURES]))], target_opset=15)


def cells(table):
    return [[cell.strip() for cell in line.split(" | ")] for line in table.strip().splitlines()]


def rows():
    for name, expression, task in cells(ESTIMATORS):
        yield Architecture(f"sk_{name}", partial(scikit_learn, expression, task), {"X": Input(f"N {FEATURES}")},
                           SHAPES, ("direct",))
    for name, library, expression, task in cells(BOOSTED):
        yield Architecture(name, partial(boosted, library, expression, task), {"X": Input(f"N {FEATURES}")}, SHAPES,
                           ("direct",))
